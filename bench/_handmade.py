"""The script that people write by hand to fill ai_assistant: a loop per table, everything of every row from Faker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from faker import Faker

Row: TypeAlias = "tuple[Any, ...]"

COLUMNS: Mapping[str, Sequence[str]] = {
    "tenants": ("id", "name", "slug", "llm_model", "temperature", "system_prompt", "features", "created_at"),
    "users": ("id", "tenant_id", "auth_id", "email", "name", "role", "preferences", "created_at"),
    "conversations": ("id", "tenant_id", "user_id", "title", "metadata", "created_at"),
    "messages": ("id", "tenant_id", "conversation_id", "role", "content", "token_count", "latency_ms", "model_used", "created_at"),
    "feedback": ("id", "message_id", "user_id", "rating", "comment", "created_at"),
    "usage_metrics": ("id", "tenant_id", "user_id", "date", "prompt_tokens", "completion_tokens", "request_count"),
}  # fmt: skip


@dataclass(slots=True)
class Script:
    """One run of the script: what was made so far, for the tables that refer to it."""

    faker: Faker = field(default_factory=lambda: Faker("en_US"))
    tenants: list[str] = field(default_factory=list)
    users: list[tuple[str, str]] = field(default_factory=list)
    conversations: list[tuple[str, str, str]] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def rows(self, table: str, count: int) -> Iterator[Row]:
        """``count`` rows of a table, as ``COLUMNS`` has them."""
        for number in range(count):
            yield MAKERS[table](self, number)

    def _tenants(self, number: int) -> Row:
        faker = self.faker
        self.tenants.append(faker.uuid4())
        features = faker.json(num_rows=1)
        slug = f"{faker.slug()}-{number}"
        model, warmth = faker.random_element(("gpt-4o", "claude")), faker.random_int(0, 20) / 10
        return (
            self.tenants[-1],
            faker.company(),
            slug,
            model,
            warmth,
            faker.sentence(),
            features,
            self._when(),
        )

    def _users(self, number: int) -> Row:
        faker = self.faker
        self.users.append((faker.uuid4(), faker.random_element(self.tenants)))
        email, role = f"{number}{faker.email()}", faker.random_element(("admin", "user"))
        preferences = faker.json(num_rows=1)
        return (*self.users[-1], faker.uuid4(), email, faker.name(), role, preferences, self._when())

    def _conversations(self, _: int) -> Row:
        user, tenant = self.faker.random_element(self.users)
        self.conversations.append((self.faker.uuid4(), user, tenant))
        title, about = self.faker.sentence(), self.faker.json(num_rows=1)
        return (self.conversations[-1][0], tenant, user, title, about, self._when())

    def _messages(self, number: int) -> Row:
        faker = self.faker
        conversation, user, tenant = faker.random_element(self.conversations)
        self.messages.append((faker.uuid4(), user))
        role, model = ("user", "assistant")[number % 2], faker.random_element(("gpt-4o", "claude"))
        tokens, took = faker.random_int(1, 2000), faker.random_int(100, 9000)
        return (
            self.messages[-1][0],
            tenant,
            conversation,
            role,
            faker.paragraph(),
            tokens,
            took,
            model,
            self._when(),
        )

    def _feedback(self, number: int) -> Row:
        message, user = self.messages[number]
        rating, comment = self.faker.random_element((-1, 1)), self.faker.sentence()
        return (self.faker.uuid4(), message, user, rating, comment, self._when())

    def _usage_metrics(self, number: int) -> Row:
        faker = self.faker
        user, tenant = self.users[number % len(self.users)]
        day = f"2025-01-{1 + number // len(self.users):02d}"
        numbers = (faker.random_int(0, 9000), faker.random_int(0, 9000), faker.random_int(1, 99))
        return (faker.uuid4(), tenant, user, day, *numbers)

    def _when(self) -> str:
        return str(self.faker.date_time_between("-2y").isoformat())


MAKERS: Mapping[str, Callable[[Script, int], Row]] = {
    "tenants": Script._tenants,
    "users": Script._users,
    "conversations": Script._conversations,
    "messages": Script._messages,
    "feedback": Script._feedback,
    "usage_metrics": Script._usage_metrics,
}

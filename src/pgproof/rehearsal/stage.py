"""The rehearsal: apply from zero, take back one by one, apply again, load the seeds, and look each time.

What is compared is the catalog: after taking back migration N it must be what it was before migration N.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pgproof import catalog, database, platforms, psql, template
from pgproof.catalog import Catalog, Cluster, Difference
from pgproof.finding import Finding
from pgproof.project import Migration, Project
from pgproof.rehearsal import judge
from pgproof.report.model import Step
from pgproof.template import Session, cluster_state

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Scene:
    """What is compared: the catalog of the stage, and the roles of a cluster that no other project uses."""

    catalog: Catalog
    roles: Cluster | None

    def differences(self, after: Scene) -> tuple[Difference, ...]:
        """How ``after`` differs from this scene."""
        found = catalog.diff(self.catalog, after.catalog)
        if self.roles is not None and after.roles is not None:
            found += catalog.diff_roles(self.roles, after.roles)
        return found


@dataclass
class Rehearsal:
    """One project on the stage: a database to work in, the scenes seen so far, and what was found.

    ``scenes[n]`` is what there is after ``n`` migrations.
    """

    session: Session
    project: Project
    progress: Progress
    base: template.Template
    shared: bool
    before: cluster_state.ClusterState
    scenes: list[Scene] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stand_ins: tuple[str, ...] = ()
    stage: template.Clone | None = None

    def run(self) -> None:
        """Every scene in order. Raises ``ScriptFailed`` when a migration does not apply."""
        self.set_stage(0)
        self.apply_all()
        if self.shared and cluster_state.read(self.session.maintenance) != self.before:
            raise template.NeedsOwnCluster(self.project.name)
        self.load_seeds()  # before the rollbacks: those of a database in use meet rows
        self.roll_back_one_by_one()
        self.roll_back_at_once()

    def set_stage(self, applied: int) -> None:
        """A fresh database with the first ``applied`` migrations."""
        if self.stage:
            self.session.discard(self.stage.name)
        if not self.shared:
            template.restore_cluster(self.session, self.before)
        brief = self.project.seeds_fit_in_memory
        name = self.session.work_database(self.base.name, self.base.settings, brief=brief)
        self.stage = template.Clone(name, self.session.server.dsn(name))
        if applied:
            self.play([each.up for each in self.project.migrations[:applied]])

    def leave_stage(self) -> None:
        """Drop the database that was worked in."""
        if self.stage and not self.session.maintenance.broken:
            self.session.discard(self.stage.name)
            if self.shared:
                template.restore_cluster(self.session, self.before)

    def play(self, scripts: Iterable[Path]) -> tuple[psql.Message, ...]:
        """Run scripts on the stage."""
        assert self.stage is not None
        return psql.run(self.session.server.psql, self.stage.dsn, scripts, self.project.root)

    def look(self) -> Scene:
        """What is on the stage now."""
        assert self.stage is not None
        with database.connect(self.stage.dsn) as connection:
            roles = None if self.shared else catalog.read_roles(connection)
            return Scene(catalog.read(connection), roles)

    def apply_all(self) -> None:
        """Apply every migration from zero, looking after each."""
        self.scenes = [self.look()]
        for each in self.project.migrations:
            self.progress(f"{self.project.name}: applying {each.up.name}")
            said = self.play([each.up])
            self.findings += [judge.warned(message) for message in said if message.kind == "WARNING"]
            self.scenes.append(self.look())
        assert self.stage is not None
        with database.connect(self.stage.dsn) as connection:
            self.stand_ins = platforms.stand_ins_in(connection)
        count = len(self.project.migrations)
        self.steps.append(Step("apply", f"{_counted(count, 'migration')} applied from zero"))

    def load_seeds(self) -> None:
        """Load the seed scripts into the applied database."""
        for path in self.project.seeds:
            self.progress(f"{self.project.name}: loading {path.name}")
            try:
                self.play([path])
            except psql.ScriptFailed as failed:
                self.findings.append(judge.seed_failed(failed.message))
                self.steps.append(Step("seed", f"{path.name} loaded", "failed"))
                self.set_stage(len(self.project.migrations))
            else:
                self.steps.append(Step("seed", f"{path.name} loaded"))
        if not self.project.seeds:
            self.steps.append(Step("seed", "the project has no seed data", "not run"))

    def roll_back_one_by_one(self) -> None:
        """Take back the last migration, compare, apply it again, compare; then the one before, and so on."""
        scripted = [each for each in self.project.migrations if each.down]
        if not scripted:
            self.steps.append(Step("rollback", "the project has no rollback scripts", "not run"))
            return
        bad = 0
        for number in range(len(self.project.migrations), 0, -1):
            bad += not self.roll_back(number)
        total = len(self.project.migrations)
        claim = f"{_counted(total, 'migration')} rolled back one by one, the catalog as before each"
        self.steps.append(Step("rollback", claim, "failed" if bad else "ok"))
        if not bad:
            self.reapply()

    def roll_back(self, number: int) -> bool:
        """Take back migration ``number`` (counted from 1); the stage is right for the next one afterwards."""
        migration = self.project.migrations[number - 1]
        self.progress(f"{self.project.name}: rolling back {migration.up.name}")
        found = self.try_rollback(migration, self.scenes[number - 1])
        if found:
            self.findings.append(found)
            self.set_stage(number - 1)
        return found is None

    def try_rollback(self, migration: Migration, before: Scene) -> Finding | None:
        """Run the rollback of ``migration`` and compare with the scene ``before`` it."""
        if migration.down is None:
            return judge.no_rollback(migration)
        try:
            self.play([migration.down])
        except psql.ScriptFailed as failed:
            return judge.rollback_failed(migration, failed.message)
        return judge.rollback_differs(
            migration.down, before.differences(self.look()), f"before {migration.up.name}"
        )

    def reapply(self) -> None:
        """Everything is taken back; apply it all again and compare with the first time."""
        self.progress(f"{self.project.name}: applying again")
        try:
            self.play([each.up for each in self.project.migrations])
            differences = self.scenes[-1].differences(self.look())
            found = judge.reapply_differs(self.project, differences)
        except psql.ScriptFailed as failed:
            found = judge.reapply_failed(failed.message)
        self.findings += [found] if found else []
        claim = "applied again after the rollbacks, to the same catalog"
        self.steps.append(Step("reapply", claim, "failed" if found else "ok"))

    def roll_back_at_once(self) -> None:
        """Try the script that takes everything back, if the project has one."""
        script = self.project.rollback_all
        if script is None:
            return
        self.set_stage(len(self.project.migrations))
        try:
            self.play([script])
        except psql.ScriptFailed as failed:
            found: Finding | None = judge.rollback_all_failed(failed.message)
        else:
            now = self.look()
            closest = min((each.differences(now) for each in self.scenes[:-1]), key=len)
            found = judge.rollback_differs(script, closest, "before some migration")
        self.findings += [found] if found else []
        self.steps.append(
            Step("rollback-all", f"{script.name} takes everything back", "failed" if found else "ok")
        )


def rehearse(
    session: Session, project: Project, base: template.Template, shared: bool, progress: Progress
) -> Rehearsal:
    """Rehearse ``project`` on ``session``, starting from the platform's template ``base``.

    ``shared`` says that other projects use the cluster. Raises ``ScriptFailed`` if a migration does not apply,
    ``NeedsOwnCluster`` if one changes what a whole cluster has.
    """
    before = cluster_state.read(session.maintenance)
    rehearsal = Rehearsal(session, project, progress, base, shared, before)
    with contextlib.ExitStack() as held:
        if session.has_cron:  # there is only one database that a real pg_cron can be created in
            held.enter_context(template.build_lock(session))
        try:
            rehearsal.run()
        finally:
            rehearsal.leave_stage()
    return rehearsal


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"

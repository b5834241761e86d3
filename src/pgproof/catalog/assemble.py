"""Rows -> ``Catalog``. Pure: the same answers always give the same catalog."""

from __future__ import annotations

from pgproof.catalog import assemble_objects as others
from pgproof.catalog import assemble_relations as relations
from pgproof.catalog import assemble_routines as routines
from pgproof.catalog import object_records as objects
from pgproof.catalog import records
from pgproof.catalog.answers import Answers
from pgproof.catalog.known import Known, gather
from pgproof.catalog.model import Catalog


def catalog(answers: Answers) -> Catalog:
    """Put everything together that the queries returned."""
    found_relations = answers.of(records.RelationRecord)
    columns = answers.of(records.ColumnRecord)
    constraints = answers.of(records.ConstraintRecord)
    indexes = answers.of(records.IndexRecord)
    user_types = answers.of(objects.UserTypeRecord)
    known = _known(answers, found_relations, columns, indexes)
    parts = relations.parts(
        columns=columns,
        constraints=constraints,
        indexes=indexes,
        triggers=answers.of(records.TriggerRecord),
        policies=answers.of(records.PolicyRecord),
        rules=answers.of(records.RuleRecord),
        known=known,
    )
    return Catalog(
        version_num=answers.of(records.SettingsRecord)[0].version_num // 10000 * 10000,
        schemas=others.schemas(answers.of(records.SchemaRecord), known),
        extensions=others.extensions(answers.of(records.ExtensionRecord), known),
        enums=routines.enums(user_types, known),
        domains=routines.domains(user_types, constraints, known),
        composites=routines.composites(user_types, parts.columns, known),
        ranges=routines.ranges(user_types, known),
        sequences=others.sequences(answers.of(objects.SequenceRecord), known),
        tables=relations.tables(found_relations, parts),
        views=relations.views(found_relations, parts),
        routines=routines.routines(
            answers.of(objects.RoutineRecord), answers.of(objects.AggregateRecord), known
        ),
        event_triggers=others.event_triggers(answers.of(objects.EventTriggerRecord), known),
        default_privileges=others.default_privileges(answers.of(objects.DefaultPrivilegesRecord)),
        publications=others.publications(
            answers.of(objects.PublicationRecord), answers.of(objects.PublishedTableRecord), known
        ),
        foreign_servers=others.foreign_servers(answers.of(objects.ForeignServerRecord), known),
        jobs=others.jobs(answers.of(objects.JobRecord)),
        others=others.others(answers.of(objects.OtherRecord), known),
    )


def _known(
    answers: Answers,
    found_relations: list[records.RelationRecord],
    columns: list[records.ColumnRecord],
    indexes: list[records.IndexRecord],
) -> Known:
    return gather(
        types=answers.of(records.TypeRecord),
        comments=answers.of(records.CommentRecord),
        members=answers.of(records.MemberRecord),
        relations=found_relations,
        columns=columns,
        indexes=indexes,
    )

-- Objects of rarer kinds: enough of each to see that it changed.
-- Only what was created after initdb (OIDs from 16384 on) is looked at. Left out: members of extensions
-- (the extension's version stands for them) and what belongs inseparably to another object.
with found (class, id, owner, acl, definition) as (
    select
        'pg_catalog.pg_operator'::pg_catalog.regclass,
        o.oid,
        o.oprowner,
        null::aclitem[],
        array[
            ('procedure=' || o.oprcode::text),
            ('commutator=' || nullif(o.oprcom, 0)::pg_catalog.regoperator::text),
            ('negator=' || nullif(o.oprnegate, 0)::pg_catalog.regoperator::text),
            ('restrict=' || nullif(o.oprrest::text, '-')),
            ('join=' || nullif(o.oprjoin::text, '-')),
            ('hashes=' || nullif(o.oprcanhash, false)::text),
            ('merges=' || nullif(o.oprcanmerge, false)::text)
        ]
    from pg_catalog.pg_operator as o
    where o.oid >= 16384
    union all
    select
        'pg_catalog.pg_opclass'::pg_catalog.regclass,
        c.oid,
        c.opcowner,
        null,
        array[
            ('family=' || f.opfname),
            ('type=' || pg_catalog.format_type(c.opcintype, null)),
            ('default=' || nullif(c.opcdefault, false)::text),
            ('storage=' || pg_catalog.format_type(nullif(c.opckeytype, 0), null))
        ]
    from pg_catalog.pg_opclass as c
    inner join pg_catalog.pg_opfamily as f on c.opcfamily = f.oid
    where c.oid >= 16384
    union all
    select
        'pg_catalog.pg_opfamily'::pg_catalog.regclass,
        f.oid,
        f.opfowner,
        null,
        array(
            select
                format(
                    'operator %s (%s, %s)=%s',
                    a.amopstrategy,
                    pg_catalog.format_type(a.amoplefttype, null),
                    pg_catalog.format_type(a.amoprighttype, null),
                    a.amopopr::pg_catalog.regoperator
                )
            from pg_catalog.pg_amop as a
            where a.amopfamily = f.oid
            union all
            select
                format(
                    'function %s (%s, %s)=%s',
                    p.amprocnum,
                    pg_catalog.format_type(p.amproclefttype, null),
                    pg_catalog.format_type(p.amprocrighttype, null),
                    p.amproc::pg_catalog.regprocedure
                )
            from pg_catalog.pg_amproc as p
            where p.amprocfamily = f.oid
        )
    from pg_catalog.pg_opfamily as f
    where f.oid >= 16384
    union all
    select
        'pg_catalog.pg_cast'::pg_catalog.regclass,
        c.oid,
        null,
        null,
        array[
            ('context=' || c.castcontext::text),
            ('method=' || c.castmethod::text),
            ('function=' || nullif(c.castfunc, 0)::pg_catalog.regprocedure::text)
        ]
    from pg_catalog.pg_cast as c
    where c.oid >= 16384
    union all
    select
        'pg_catalog.pg_collation'::pg_catalog.regclass,
        c.oid,
        c.collowner,
        null,
        array(
            select format('%s=%s', replace(substr(field.key, 5), 'iculocale', 'locale'), field.value)
            from jsonb_each_text(to_jsonb(c)) as field
            where
                field.value is not null
                and field.key in (
                    'collprovider',
                    'collisdeterministic',
                    'collcollate',
                    'collctype',
                    'colllocale',
                    'colliculocale',
                    'collicurules'
                )
        )
    from pg_catalog.pg_collation as c
    where c.oid >= 16384
    union all
    select
        'pg_catalog.pg_conversion'::pg_catalog.regclass,
        c.oid,
        c.conowner,
        null,
        array[
            ('function=' || c.conproc::text),
            ('default=' || nullif(c.condefault, false)::text),
            ('for=' || pg_catalog.pg_encoding_to_char(c.conforencoding)),
            ('to=' || pg_catalog.pg_encoding_to_char(c.contoencoding))
        ]
    from pg_catalog.pg_conversion as c
    where c.oid >= 16384
    union all
    select
        'pg_catalog.pg_statistic_ext'::pg_catalog.regclass,
        s.oid,
        s.stxowner,
        null,
        array[
            ('definition=' || pg_catalog.pg_get_statisticsobjdef(s.oid)),
            ('target=' || nullif(s.stxstattarget, -1)::text)
        ]
    from pg_catalog.pg_statistic_ext as s
    union all
    select
        'pg_catalog.pg_ts_config'::pg_catalog.regclass,
        t.oid,
        t.cfgowner,
        null,
        array(
            select format('%s %s=%s', token.alias, m.mapseqno, m.mapdict::pg_catalog.regdictionary)
            from pg_catalog.pg_ts_config_map as m
            inner join pg_catalog.ts_token_type(t.cfgparser) as token on m.maptokentype = token.tokid
            where m.mapcfg = t.oid
        )
    from pg_catalog.pg_ts_config as t
    where t.oid >= 16384
    union all
    select
        'pg_catalog.pg_ts_dict'::pg_catalog.regclass,
        t.oid,
        t.dictowner,
        null,
        array['template=' || p.tmplname, 'options=' || t.dictinitoption]
    from pg_catalog.pg_ts_dict as t
    inner join pg_catalog.pg_ts_template as p on t.dicttemplate = p.oid
    where t.oid >= 16384
    union all
    select
        'pg_catalog.pg_ts_template'::pg_catalog.regclass,
        t.oid,
        null,
        null,
        array['init=' || nullif(t.tmplinit::text, '-'), 'lexize=' || t.tmpllexize::text]
    from pg_catalog.pg_ts_template as t
    where t.oid >= 16384
    union all
    select
        'pg_catalog.pg_ts_parser'::pg_catalog.regclass,
        t.oid,
        null,
        null,
        array[
            ('start=' || t.prsstart::text),
            ('token=' || t.prstoken::text),
            ('end=' || t.prsend::text),
            ('lextypes=' || t.prslextype::text),
            ('headline=' || nullif(t.prsheadline::text, '-'))
        ]
    from pg_catalog.pg_ts_parser as t
    where t.oid >= 16384
    union all
    select
        'pg_catalog.pg_am'::pg_catalog.regclass,
        a.oid,
        null,
        null,
        array['type=' || a.amtype::text, 'handler=' || a.amhandler::text]
    from pg_catalog.pg_am as a
    where a.oid >= 16384
    union all
    select
        'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass,
        w.oid,
        w.fdwowner,
        coalesce(w.fdwacl, pg_catalog.acldefault('F', w.fdwowner)),
        array[
            ('handler=' || nullif(w.fdwhandler, 0)::pg_catalog.regproc::text),
            ('validator=' || nullif(w.fdwvalidator, 0)::pg_catalog.regproc::text)
        ] || w.fdwoptions
    from pg_catalog.pg_foreign_data_wrapper as w
    where w.oid >= 16384
    union all
    select
        'pg_catalog.pg_user_mapping'::pg_catalog.regclass,
        m.umid,
        null,
        null,
        coalesce(m.umoptions, '{}')
    from pg_catalog.pg_user_mappings as m
    union all
    select
        'pg_catalog.pg_language'::pg_catalog.regclass,
        l.oid,
        l.lanowner,
        coalesce(l.lanacl, pg_catalog.acldefault('l', l.lanowner)),
        array[
            ('trusted=' || l.lanpltrusted::text),
            ('handler=' || nullif(l.lanplcallfoid, 0)::pg_catalog.regproc::text),
            ('inline=' || nullif(l.laninline, 0)::pg_catalog.regproc::text),
            ('validator=' || nullif(l.lanvalidator, 0)::pg_catalog.regproc::text)
        ]
    from pg_catalog.pg_language as l
    where l.oid >= 16384
    union all
    select
        'pg_catalog.pg_transform'::pg_catalog.regclass,
        t.oid,
        null,
        null,
        array[
            ('from=' || nullif(t.trffromsql, 0)::pg_catalog.regprocedure::text),
            ('to=' || nullif(t.trftosql, 0)::pg_catalog.regprocedure::text)
        ]
    from pg_catalog.pg_transform as t
    where t.oid >= 16384
    union all
    select
        'pg_catalog.pg_type'::pg_catalog.regclass,
        t.oid,
        t.typowner,
        coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner)),
        array[
            ('input=' || t.typinput::text),
            ('output=' || t.typoutput::text),
            ('length=' || t.typlen),
            ('category=' || t.typcategory::text),
            ('alignment=' || t.typalign::text),
            ('storage=' || t.typstorage::text),
            ('defined=' || nullif(t.typisdefined, true)::text)
        ]
    from pg_catalog.pg_type as t
    where
        t.oid >= 16384
        and t.typtype in ('b', 'p')
        and not exists (
            select from pg_catalog.pg_type as e
            where e.typarray = t.oid
        )
    union all
    select
        'pg_catalog.pg_subscription'::pg_catalog.regclass,
        s.oid,
        s.subowner,
        null,
        array['enabled=' || s.subenabled::text, 'publications=' || s.subpublications::text]
    from pg_catalog.pg_subscription as s
    where
        s.subdbid = (
            select d.oid from pg_catalog.pg_database as d
            where d.datname = pg_catalog.current_database()
        )
)

select
    found.class::text as catalog,
    found.id,
    identity.type as kind,
    replace(identity.identity, ' on language ', ' language ') as name,  -- transforms, since 16
    pg_catalog.pg_get_userbyid(found.owner) as owner,
    found.acl::text[] as acl,
    found.definition
from found
cross join lateral pg_catalog.pg_identify_object(found.class, found.id, 0) as identity
where
    not exists (
        select
        from pg_catalog.pg_depend as d
        where
            d.classid = found.class
            and d.objid = found.id
            and d.deptype in ('e', 'i')
    )
order by identity.type, identity.identity;

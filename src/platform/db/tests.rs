//! Tests of the guarantees of the database. They ask the catalog, so that new tables are included.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;

use super::testing::{TestDb, empty};
use super::{Conn, migrate, roles};
use crate::error::{AppError, AppResult};

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn names(conn: &mut Conn, sql: &str) -> Vec<String> {
    diesel::sql_query(sql)
        .load::<Name>(conn)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.name)
        .collect()
}

/// Lists every table, partition and view of the schema.
const RELATIONS: &str = "select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and c.relname not like '\\_\\_diesel%' order by 1";

#[tokio::test(flavor = "multi_thread")]
async fn every_relation_is_closed_to_other_organizations() {
    let test = TestDb::new().await;
    let mut conn = test.owner().await;
    let all = names(&mut conn, RELATIONS).await;
    assert!(all.len() > 20, "the walk finds the tables");
    let open = names(
        &mut conn,
        "select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relname not like '\\_\\_diesel%'
           and ((c.relkind in ('r', 'p') and not c.relrowsecurity)
                or (c.relkind = 'm')
                or (c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false)))",
    )
    .await;
    assert_eq!(
        open,
        Vec::<String>::new(),
        "these have no row-level security"
    );
    let unscoped = names(
        &mut conn,
        "select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not like '\\_\\_diesel%'
           and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and a.attnotnull)",
    )
    .await;
    assert_eq!(
        unscoped,
        Vec::<String>::new(),
        "these do not say whose they are"
    );
    let partitions = names(
        &mut conn,
        "select c.relname::text as name from pg_class c where c.relispartition and c.relkind = 'r'
           and has_table_privilege('lyceum_app', c.oid, 'select, insert, update, delete')",
    )
    .await;
    assert_eq!(
        partitions,
        Vec::<String>::new(),
        "partitions are reached through their parent alone"
    );
    let owned = names(
        &mut conn,
        "select c.relname::text as name from pg_class c join pg_roles r on r.oid = c.relowner
         where r.rolname in ('lyceum_app', 'lyceum_system')
         union all select rolname::text from pg_roles where rolname in ('lyceum_app', 'lyceum_system') and (rolsuper or rolbypassrls)",
    )
    .await;
    assert_eq!(
        owned,
        Vec::<String>::new(),
        "the application owns nothing and bypasses nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_between_tenants_carries_the_organization_and_is_indexed() {
    let test = TestDb::new().await;
    let mut conn = test.owner().await;
    let loose = names(
        &mut conn,
        "select conrelid::regclass || '.' || conname as name from pg_constraint
         where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'organizations'::regclass
           and conparentid = 0
           and not exists (select from pg_attribute a where a.attrelid = conrelid and a.attnum = any(conkey) and a.attname = 'organization_id')",
    )
    .await;
    assert_eq!(
        loose,
        Vec::<String>::new(),
        "a row of another organization could be referenced through these"
    );
    let slow = names(
        &mut conn,
        "select conrelid::regclass || '.' || conname as name from pg_constraint k
         where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'organizations'::regclass
           and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indpred is null
                           and (i.indkey[0] = k.conkey[array_length(k.conkey, 1)]
                                or (i.indkey[0] = k.conkey[1] and i.indkey[1] = k.conkey[2])))",
    )
    .await;
    assert_eq!(
        slow,
        Vec::<String>::new(),
        "these foreign keys have no index"
    );
}

/// Puts a row of another organization into some tables, and looks for it from the first one.
#[tokio::test(flavor = "multi_thread")]
async fn an_organization_sees_and_touches_only_its_own_rows() {
    let test = TestDb::new().await;
    let theirs = test.other_organization("theirs", "theirs.example").await;
    test.db
        .within(theirs, async |conn| {
            conn.batch_execute(
                "insert into users (email, display_name, username) values ('a@theirs.example', 'A', 'a');
                 insert into courses (slug, title) values ('theirs', 'Theirs');
                 insert into topics (course_id, module_no, topic_number, slug, title) select course_id, 1, 1, 't', 'T' from courses;
                 insert into enrollments (user_id, course_id) select user_id, course_id from users, courses;
                 insert into background_jobs (kind) values ('x');
                 insert into audit_logs (audit_id, action, outcome) values (gen_random_uuid(), 'x', 'done');",
            )
            .await?;
            AppResult::Ok(())
        })
        .await
        .unwrap();
    let tables = [
        "users",
        "courses",
        "topics",
        "enrollments",
        "background_jobs",
        "audit_logs",
        "organizations",
    ];
    test.db
        .within(test.organization, async move |conn| {
            for table in tables {
                let own = if table == "organizations" { 1 } else { 0 };
                let seen = names(
                    conn,
                    &format!("select organization_id::text as name from {table}"),
                )
                .await;
                assert_eq!(seen.len(), own, "{table}");
            }
            let changed = diesel::sql_query("update users set display_name = 'Mine'")
                .execute(conn)
                .await?;
            assert_eq!(changed, 0);
            let deleted = diesel::sql_query("delete from courses")
                .execute(conn)
                .await?;
            assert_eq!(deleted, 0);
            AppResult::Ok(())
        })
        .await
        .unwrap();
    // The first organization can neither write a foreign row nor refer to its id.
    let forged: AppResult<()> = test
        .db
        .within(test.organization, async move |conn| {
            diesel::sql_query("insert into users (organization_id, email, display_name, username) values ($1, 'b@x.example', 'B', 'b')")
                .bind::<diesel::sql_types::Uuid, _>(theirs)
                .execute(conn)
                .await?;
            Ok(())
        })
        .await;
    assert!(forged.is_err());
    let course = {
        let mut conn = test.owner().await;
        names(&mut conn, "select course_id::text as name from courses")
            .await
            .remove(0)
    };
    let reached: AppResult<()> = test
        .db
        .within(test.organization, async move |conn| {
            diesel::sql_query(format!(
                "insert into topics (course_id, module_no, topic_number, slug, title) values ('{course}', 2, 1, 'mine', 'Mine')"
            ))
            .execute(conn)
            .await?;
            Ok(())
        })
        .await;
    assert!(matches!(reached, Err(AppError::Internal(_))), "{reached:?}");
    assert_eq!(test.count("select count(*) from topics").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unbound_connection_sees_nothing_and_a_binding_ends_with_its_work() {
    let test = TestDb::new().await;
    test.db
        .within(test.organization, async |conn| {
            conn.batch_execute("insert into courses (slug, title) values ('c', 'C')")
                .await?;
            AppResult::Ok(())
        })
        .await
        .unwrap();
    let mut conn = test.db.unbound().await.unwrap();
    assert_eq!(
        names(&mut conn, "select slug as name from courses").await,
        Vec::<String>::new()
    );
    assert!(
        conn.batch_execute("insert into courses (slug, title) values ('d', 'D')")
            .await
            .is_err()
    );
    assert!(
        conn.batch_execute("create table mine (x int)")
            .await
            .is_err(),
        "the application makes no tables"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_fails_leaves_nothing_and_keeps_the_connection() {
    let test = TestDb::new().await;
    for _ in 0..20 {
        let failed: AppResult<()> = test
            .db
            .within(test.organization, async |conn| {
                conn.batch_execute("insert into courses (slug, title) values ('c', 'C')")
                    .await?;
                Err(AppError::Conflict("no".into()))
            })
            .await;
        assert_eq!(failed, Err(AppError::Conflict("no".into())));
    }
    assert_eq!(test.count("select count(*) from courses").await, 0);
    let (busy, idle) = test.db.pool_status();
    assert_eq!((busy, idle), (0, 1), "one connection served them all");
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_never_changed() {
    let test = TestDb::new().await;
    let changed: AppResult<()> = test
        .db
        .within(test.organization, async |conn| {
            conn.batch_execute("insert into audit_logs (audit_id, action, outcome) values (gen_random_uuid(), 'x', 'done')").await?;
            conn.batch_execute("update audit_logs set action = 'y'").await?;
            Ok(())
        })
        .await;
    assert!(changed.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_up_down_to_nothing_and_up_again() {
    let (name, config, _data) = empty().await;
    migrate::migrate(&config.database).await.unwrap();
    let before = catalog(&config.database.owner_url.clone().unwrap()).await;
    let conn = connect(&config).await;
    migrate::blocking(conn, |conn| {
        conn.revert_all_migrations(migrate::MIGRATIONS)
            .map(drop)
            .map_err(|error| error.to_string())
    })
    .await
    .unwrap();
    let left = catalog(&config.database.owner_url.clone().unwrap()).await;
    assert_eq!(
        left.keys().collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "what down.sql leaves in {name}"
    );
    let mut conn = connect(&config).await;
    let objects = names(
        &mut conn,
        "select proname::text as name from pg_proc p where pronamespace = 'public'::regnamespace
           and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
         union all select typname::text from pg_type t where typnamespace = 'public'::regnamespace and typtype = 'e'",
    )
    .await;
    assert_eq!(objects, Vec::<String>::new());
    migrate::migrate(&config.database).await.unwrap();
    assert_eq!(
        catalog(&config.database.owner_url.clone().unwrap()).await,
        before
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_closed_already_lose_their_sessions() {
    let (_name, config, _data) = empty().await;
    migrate::migrate(&config.database).await.unwrap();
    let conn = connect(&config).await;
    migrate::blocking(conn, |conn| {
        loop {
            let reverted = conn.revert_last_migration(migrate::MIGRATIONS);
            let version = reverted.map_err(|error| error.to_string())?.to_string();
            if version == "20261129000020" {
                return Ok(());
            }
        }
    })
    .await
    .unwrap();
    let mut conn = connect(&config).await;
    conn.batch_execute(
        "select set_config('app.organization_id', (select organization_id::text from organizations limit 1), false);
         insert into users (email, display_name, username, is_active) values
             ('open@example.org', 'Open', 'open', true), ('closed@example.org', 'Closed', 'closed', false);
         insert into web_sessions (session_hash, user_id, data, expires_at)
         select sha256(username::bytea), user_id, '{}', now() + interval '1 day' from users;
         insert into web_sessions (session_hash, data, expires_at) values ('nobody', '{}', now() + interval '1 day')",
    )
    .await
    .unwrap();
    migrate::migrate(&config.database).await.unwrap();
    let left = "select coalesce(username, 'nobody') as name from web_sessions left join users using (user_id) order by 1";
    assert_eq!(names(&mut conn, left).await, ["nobody", "open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_twice_is_migrating_once() {
    let (_name, config, _data) = empty().await;
    assert!(!migrate::migrate(&config.database).await.unwrap().is_empty());
    assert!(migrate::pending(&config.database).await.unwrap().is_empty());
    assert_eq!(
        migrate::migrate(&config.database).await.unwrap(),
        Vec::<String>::new()
    );
    assert!(roles::Urls::of(&config.database).is_ok());
}

/// Compares schema.rs, which is kept by hand, with the database.
#[tokio::test(flavor = "multi_thread")]
async fn schema_rs_says_what_the_catalog_says() {
    let test = TestDb::new().await;
    let found = catalog(&test.config.database.owner_url.clone().unwrap()).await;
    let source = include_str!("schema.rs");
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = None;
    for line in source.lines().map(str::trim) {
        if line == "}" {
            table = None;
        } else if let Some((name, _)) = line
            .strip_suffix('{')
            .and_then(|head| head.split_once('('))
            .filter(|_| !line.starts_with("pub"))
        {
            table = Some(name.trim().to_owned());
            written.entry(name.trim().to_owned()).or_default();
        } else if let (Some(table), Some((column, kind))) = (&table, line.split_once("->")) {
            let kind = kind.trim().trim_end_matches(',');
            written
                .get_mut(table)
                .unwrap()
                .push(format!("{} {kind}", column.trim()));
        }
    }
    for (table, columns) in &found {
        let Some(written) = written.get(table) else {
            panic!("schema.rs lacks {table}")
        };
        assert_eq!(written, columns, "{table}");
    }
    assert_eq!(written.len(), found.len());
}

async fn connect(config: &crate::config::Config) -> Conn {
    use diesel_async::AsyncConnection;
    Conn::establish(config.database.owner_url.as_deref().unwrap())
        .await
        .unwrap()
}

/// Tables and their columns, written as in schema.rs.
async fn catalog(url: &str) -> BTreeMap<String, Vec<String>> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        relation: String,
        #[diesel(sql_type = Array<Text>)]
        parts: Vec<String>,
        #[diesel(sql_type = Bool)]
        required: bool,
    }
    use diesel_async::AsyncConnection;
    let mut conn = Conn::establish(url).await.unwrap();
    let columns: Vec<Column> = diesel::sql_query(
        "select c.relname::text as relation, array[a.attname::text, t.typname::text, t.typtype::text] as parts, a.attnotnull as required
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_type t on t.oid = a.atttypid
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
           and c.relname not like '\\_\\_diesel%' and t.typname not in ('tsvector', 'vector')
         order by c.relname, a.attnum",
    )
    .load(&mut conn)
    .await
    .unwrap();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for column in columns {
        let kind = match column.parts[1].as_str() {
            "uuid" => "Uuid".to_owned(),
            "text" => "Text".to_owned(),
            "timestamptz" => "Timestamptz".to_owned(),
            "jsonb" => "Jsonb".to_owned(),
            "bool" => "Bool".to_owned(),
            "int2" => "Int2".to_owned(),
            "int4" => "Int4".to_owned(),
            "int8" => "Int8".to_owned(),
            "float4" => "Float4".to_owned(),
            "float8" => "Float8".to_owned(),
            "bytea" => "Bytea".to_owned(),
            "date" => "Date".to_owned(),
            // For Diesel, elements of arrays may be null.
            "_text" => "Array<Nullable<Text>>".to_owned(),
            "_uuid" => "Array<Nullable<Uuid>>".to_owned(),
            "_int4" => "Array<Nullable<Int4>>".to_owned(),
            "_float4" => "Array<Nullable<Float4>>".to_owned(),
            name if column.parts[2] == "e" => name
                .split('_')
                .map(|part| part[..1].to_uppercase() + &part[1..])
                .collect(),
            other => panic!("schema.rs has no word for {other}"),
        };
        let kind = if column.required {
            kind
        } else {
            format!("Nullable<{kind}>")
        };
        tables
            .entry(column.relation)
            .or_default()
            .push(format!("{} {kind}", column.parts[0]));
    }
    tables
}

#[test]
fn libpq_is_not_needed() {
    let lock = include_str!("../../../Cargo.lock");
    assert!(!lock.contains("name = \"pq-sys\""));
}

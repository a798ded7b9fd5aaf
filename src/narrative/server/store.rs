//! Queries of paths and their nodes.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mastery::server::concepts::{ConceptMeta, concept_key};
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, NodeId, NuggetId, PathId, TopicId, UserId};

/// A path with what its rights depend on.
#[derive(Debug, Clone, QueryableByName)]
pub struct PathRow {
    #[diesel(sql_type = SqlUuid)]
    pub path_id: PathId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Text)]
    pub course_title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    /// True if the person studies the course, which is published.
    #[diesel(sql_type = Bool)]
    pub is_learner: bool,
    /// True for a tutor of the course, or for the author of a path without one.
    #[diesel(sql_type = Bool)]
    pub is_editor: bool,
    #[diesel(sql_type = BigInt)]
    pub nodes: i64,
    /// True if the person has an open session.
    #[diesel(sql_type = Bool)]
    pub is_begun: bool,
}

impl PathRow {
    pub fn is_published(&self) -> bool {
        self.status == "published"
    }
}

/// SQL for rows of paths for the person `$1`.
const PATH: &str = "select p.path_id, p.title, p.description, p.status, p.course_id,
        coalesce(c.title, '') as course_title, coalesce(c.language, '') as language,
        exists (select from enrollments e where e.course_id = p.course_id and e.user_id = $1 and e.status in ('active', 'completed'))
            and coalesce(c.is_published and c.retired_at is null, false) as is_learner,
        case when p.course_id is null then p.created_by is not distinct from $1
             else exists (select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
                          where ct.course_id = p.course_id and ct.is_active and t.user_id = $1) end as is_editor,
        (select count(*) from narrative_nodes n where n.path_id = p.path_id) as nodes,
        exists (select from narrative_sessions s join learners l on l.learner_id = s.learner_id
                where s.path_id = p.path_id and l.user_id = $1 and s.completed_at is null) as is_begun
    from narrative_paths p left join courses c on c.course_id = p.course_id";

/// Returns a path as it stands for a person.
pub async fn path(conn: &mut Conn, user: UserId, path: PathId) -> QueryResult<Option<PathRow>> {
    statement(format!("{PATH} where p.path_id = $2"))
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(path)
        .get_result(conn)
        .await
        .optional()
}

/// Returns the paths that a person may walk or edit, those of everybody's for an admin.
pub async fn paths(conn: &mut Conn, user: UserId, is_admin: bool) -> QueryResult<Vec<PathRow>> {
    statement(format!(
        "select * from ({PATH}) x
         where $2 or x.is_editor or (x.status = 'published' and (x.course_id is null or x.is_learner))
         order by x.is_begun desc, x.course_title, lower(x.title), x.path_id limit 300"
    ))
    .bind::<SqlUuid, _>(user)
    .bind::<Bool, _>(is_admin)
    .load(conn)
    .await
}

/// A course or a document of which a path can be made.
#[derive(Debug, QueryableByName)]
pub struct PathSource {
    #[diesel(sql_type = Text)]
    pub value: String,
    #[diesel(sql_type = Text)]
    pub label: String,
}

/// Returns the courses that the person teaches and, for people who may read all documents, the
/// documents with nuggets.
pub async fn sources(
    conn: &mut Conn,
    user: UserId,
    is_admin: bool,
    documents: bool,
) -> QueryResult<Vec<PathSource>> {
    statement(
        "(select 'course:' || c.course_id as value, c.title as label
          from courses c
          where c.retired_at is null and ($2 or exists (
              select from course_tutors ct join tutors t on t.tutor_id = ct.tutor_id
              where ct.course_id = c.course_id and ct.is_active and t.user_id = $1))
          order by c.title_sort, c.course_id limit 200)
         union all
         (select 'document:' || d.document_id, 'Document: ' || d.title
          from documents d
          where $3 and exists (select from nugget_sources s join nuggets n on n.nugget_id = s.nugget_id
                               where s.document_id = d.document_id and n.retired_at is null and n.status = 'ready')
          order by d.created_at desc, d.document_id limit 200)",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Bool, _>(is_admin)
    .bind::<Bool, _>(documents)
    .load(conn)
    .await
}

/// A choice as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredChoice {
    pub id: String,
    pub text: String,
    /// None ends the path.
    pub next_node_id: Option<NodeId>,
    #[serde(default)]
    pub reveals_gap: Option<String>,
    #[serde(default)]
    pub confirms_mastery: Option<String>,
}

/// A node with its nugget.
#[derive(Debug, Clone, QueryableByName)]
pub struct NodeRow {
    #[diesel(sql_type = SqlUuid)]
    pub node_id: NodeId,
    #[diesel(sql_type = SqlUuid)]
    pub nugget_id: NuggetId,
    #[diesel(sql_type = Jsonb)]
    choices: Value,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub content_html: String,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub slides: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    pub audio_url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub image_url: Option<String>,
    #[diesel(sql_type = Text)]
    pub language: String,
    /// False if the nugget is retired or not ready.
    #[diesel(sql_type = Bool)]
    pub has_text: bool,
    /// The topic of which the nugget was made.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub topic_id: Option<TopicId>,
}

impl NodeRow {
    pub fn choices(&self) -> Vec<StoredChoice> {
        serde_json::from_value(self.choices.clone()).unwrap_or_default()
    }

    pub fn meta(&self) -> ConceptMeta {
        ConceptMeta::of(self.metadata.clone())
    }
}

/// Returns the keys of concepts with these names.
pub fn keys(names: &[String]) -> Vec<String> {
    let keys = names.iter().map(|name| concept_key(name));
    keys.filter(|key| !key.is_empty()).collect()
}

/// Returns the nodes of a path in their order.
pub async fn nodes(conn: &mut Conn, path: PathId) -> QueryResult<Vec<NodeRow>> {
    statement(
        "select d.node_id, d.nugget_id, d.choices, n.title, n.content_html, n.content, n.metadata, n.slides, n.audio_url, n.image_url,
                coalesce(n.language, '') as language, n.retired_at is null and n.status = 'ready' as has_text, t.topic_id
         from narrative_nodes d
         join nuggets n on n.nugget_id = d.nugget_id
         left join topic_nuggets t on t.nugget_id = n.nugget_id
         where d.path_id = $1 order by d.position",
    )
    .bind::<SqlUuid, _>(path)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct PathIdRow {
    #[diesel(sql_type = SqlUuid)]
    path_id: PathId,
}

/// A path that is to be made.
pub struct NewPath<'a> {
    pub title: &'a str,
    pub description: &'a str,
    pub course: Option<CourseId>,
    pub document: Option<uuid::Uuid>,
    pub by: UserId,
}

pub async fn add_path(conn: &mut Conn, new: &NewPath<'_>) -> QueryResult<PathId> {
    let row: PathIdRow = statement(
        "insert into narrative_paths (title, description, course_id, document_id, created_by) values ($1, $2, $3, $4, $5)
         returning path_id",
    )
    .bind::<Text, _>(new.title)
    .bind::<Text, _>(new.description)
    .bind::<Nullable<SqlUuid>, _>(new.course)
    .bind::<Nullable<SqlUuid>, _>(new.document)
    .bind::<SqlUuid, _>(new.by)
    .get_result(conn)
    .await?;
    Ok(row.path_id)
}

/// Adds nodes at the end of a path: nuggets with the ids and choices of their nodes.
pub async fn add_nodes(
    conn: &mut Conn,
    path: PathId,
    nodes: &[(NodeId, NuggetId, Value)],
) -> QueryResult<usize> {
    let ids: Vec<NodeId> = nodes.iter().map(|(node, ..)| *node).collect();
    let nuggets: Vec<NuggetId> = nodes.iter().map(|(_, nugget, _)| *nugget).collect();
    let choices: Vec<&Value> = nodes.iter().map(|(.., choices)| choices).collect();
    statement(
        "insert into narrative_nodes (node_id, path_id, nugget_id, choices, position)
         select x.node, $1, x.nugget, x.choices,
                (select coalesce(max(position), 0) from narrative_nodes where path_id = $1) + x.place::int
         from unnest($2, $3, $4) with ordinality x (node, nugget, choices, place)
         on conflict (path_id, nugget_id) do nothing",
    )
    .bind::<SqlUuid, _>(path)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<SqlUuid>, _>(nuggets)
    .bind::<Array<Jsonb>, _>(choices)
    .execute(conn)
    .await
}

pub async fn set_choices(
    conn: &mut Conn,
    path: PathId,
    node: NodeId,
    choices: &Value,
) -> QueryResult<usize> {
    statement("update narrative_nodes set choices = $3 where path_id = $1 and node_id = $2")
        .bind::<SqlUuid, _>(path)
        .bind::<SqlUuid, _>(node)
        .bind::<Jsonb, _>(choices)
        .execute(conn)
        .await
}

pub async fn remove_node(conn: &mut Conn, path: PathId, node: NodeId) -> QueryResult<usize> {
    statement("delete from narrative_nodes where path_id = $1 and node_id = $2")
        .bind::<SqlUuid, _>(path)
        .bind::<SqlUuid, _>(node)
        .execute(conn)
        .await
}

/// Gives the nodes of a path this order.
pub async fn set_order(conn: &mut Conn, path: PathId, order: &[NodeId]) -> QueryResult<()> {
    let places: Vec<i32> = (1..).take(order.len()).collect();
    statement(
        "update narrative_nodes d set position = x.place from unnest($2, $3) x (node, place)
         where d.path_id = $1 and d.node_id = x.node",
    )
    .bind::<SqlUuid, _>(path)
    .bind::<Array<SqlUuid>, _>(order)
    .bind::<Array<Int4>, _>(places)
    .execute(conn)
    .await
    .map(drop)
}

pub async fn save_path(
    conn: &mut Conn,
    path: PathId,
    title: &str,
    description: &str,
) -> QueryResult<()> {
    statement("update narrative_paths set title = $2, description = $3 where path_id = $1")
        .bind::<SqlUuid, _>(path)
        .bind::<Text, _>(title)
        .bind::<Text, _>(description)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn set_status(conn: &mut Conn, path: PathId, status: &str) -> QueryResult<()> {
    statement(
        "update narrative_paths set status = $2, published_at = case when $2 = 'published' then now() end where path_id = $1",
    )
    .bind::<SqlUuid, _>(path)
    .bind::<Text, _>(status)
    .execute(conn)
    .await
    .map(drop)
}

/// A nugget that can become a node.
#[derive(Debug, QueryableByName)]
pub struct NuggetChoice {
    #[diesel(sql_type = SqlUuid)]
    pub nugget_id: NuggetId,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Jsonb)]
    metadata: Value,
}

impl NuggetChoice {
    pub fn meta(&self) -> ConceptMeta {
        ConceptMeta::of(self.metadata.clone())
    }
}

/// Returns nuggets of documents and of the course that are not part of the path yet. Nuggets of
/// other courses are left out, because not all learners of the path may read them.
pub async fn free_nuggets(
    conn: &mut Conn,
    path: PathId,
    course: Option<CourseId>,
) -> QueryResult<Vec<NuggetChoice>> {
    statement(
        "select n.nugget_id, n.title, n.metadata
         from nuggets n
         left join topic_nuggets tn on tn.nugget_id = n.nugget_id
         left join topics t on t.topic_id = tn.topic_id
         where n.retired_at is null and n.status = 'ready' and (tn.nugget_id is null or t.course_id = $2)
           and not exists (select from narrative_nodes d where d.path_id = $1 and d.nugget_id = n.nugget_id)
         order by t.module_no, t.topic_number, tn.position, n.created_at desc, n.nugget_id limit 300",
    )
    .bind::<SqlUuid, _>(path)
    .bind::<Nullable<SqlUuid>, _>(course)
    .load(conn)
    .await
}

/// Returns these nuggets, or those of a document, in the order of their source.
pub async fn nuggets(
    conn: &mut Conn,
    ids: &[NuggetId],
    document: Option<uuid::Uuid>,
) -> QueryResult<Vec<NuggetChoice>> {
    statement(
        "select n.nugget_id, n.title, n.metadata
         from nuggets n left join nugget_sources s on s.nugget_id = n.nugget_id and s.document_id = $2
         where n.retired_at is null and n.status = 'ready' and (n.nugget_id = any($1) or s.document_id is not null)
         order by array_position($1, n.nugget_id), s.chunk_index, n.nugget_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Nullable<SqlUuid>, _>(document)
    .load(conn)
    .await
}

//! Statements written in SQL that PostgreSQL prepares once for each connection.
//!
//! `diesel::sql_query` marks its statement as unsafe to cache. Each use then costs a parse, a plan
//! and one more round trip. [`statement`] takes the same text and binds, and its statement is
//! cached under its text. The text must therefore come from a small fixed set: bind each value.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// Returns the statement with this text. Its parameters are `$1`, `$2` and so on, and
/// [`Statement::bind`] gives their values in this order.
pub fn statement(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into() }
}

#[must_use = "A statement runs only when it is loaded or executed."]
pub struct Statement {
    text: Cow<'static, str>,
}

/// A statement with one more value. `ST` is the SQL type of the value.
#[must_use = "A statement runs only when it is loaded or executed."]
pub struct Bound<Q, ST, V> {
    statement: Q,
    value: V,
    sql_type: PhantomData<ST>,
}

impl Statement {
    pub fn bind<ST, V>(self, value: V) -> Bound<Self, ST, V> {
        Bound::new(self, value)
    }
}

impl<Q, ST, V> Bound<Q, ST, V> {
    fn new(statement: Q, value: V) -> Self {
        Self {
            statement,
            value,
            sql_type: PhantomData,
        }
    }

    pub fn bind<ST2, V2>(self, value: V2) -> Bound<Self, ST2, V2> {
        Bound::new(self, value)
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&self.text);
        Ok(())
    }
}

impl<Q, ST, V> QueryFragment<Pg> for Bound<Q, ST, V>
where
    Q: QueryFragment<Pg>,
    V: ToSql<ST, Pg>,
    Pg: HasSqlType<ST>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out.reborrow())?;
        out.push_bind_param_value_only(&self.value)
    }
}

impl QueryId for Statement {
    type QueryId = ();

    // The cache then uses the text as the key.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, ST, V> QueryId for Bound<Q, ST, V> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl<Q, ST, V> Query for Bound<Q, ST, V> {
    type SqlType = Untyped;
}

//! The feed of a cohort's home: what happened in the last days. It says nothing of cold calls, and
//! nothing of what works contain.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::dates::CohortDate;
use super::work::when;
use crate::cohort::NewsLine;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::CohortId;
use crate::platform::time::Clock;

/// Time that the feed covers.
const LATELY: TimeDelta = TimeDelta::days(14);
/// Lines that the feed has at most.
const SHOWN_LINES: usize = 8;

#[derive(QueryableByName)]
struct NewsRow {
    #[diesel(sql_type = Text)]
    kind: String,
    /// The first two of the people whose names are known.
    #[diesel(sql_type = Array<Text>)]
    names: Vec<String>,
    #[diesel(sql_type = BigInt)]
    people: i64,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Timestamptz)]
    happened_at: DateTime<Utc>,
}

/// Returns the news, newest first. People who joined or handed in work on one day share a line. Of
/// modules, those in `open_modules` are told.
pub async fn news(
    conn: &mut Conn,
    cohort: CohortId,
    (dates, open_modules): (&[CohortDate], &HashSet<i32>),
    clock: &Clock,
) -> QueryResult<Vec<NewsLine>> {
    let since = clock.now - LATELY;
    let rows: Vec<NewsRow> = statement(
        "with events as (
             select 'joined' as kind, m.member_id, m.joined_at as happened_at
             from cohort_members m where m.cohort_id = $1 and m.status = 'active'
             union all
             select 'handed_in', m.member_id, w.handed_in_at
             from cohort_batch_projects p
             join project_works w on w.project_id = p.project_id
             join cohort_members m on m.member_id = w.member_id and m.cohort_id = p.cohort_id
             where p.cohort_id = $1 and m.status = 'active'
         )
         select e.kind,
                coalesce((array_agg(coalesce(u.display_name, m.name) order by e.happened_at, coalesce(u.display_name, m.name))
                    filter (where coalesce(u.display_name, m.name) is not null))[1:2], array[]::text[]) as names,
                count(*) as people, ''::text as title, max(e.happened_at) as happened_at
         from events e
         join cohort_members m on m.member_id = e.member_id
         left join users u on u.user_id = m.user_id
         where e.happened_at > $2 and e.happened_at <= $3
         group by e.kind, (timezone($4, e.happened_at))::date
         union all
         select 'announced', array[]::text[], 0::bigint, a.title, a.published_at
         from cohort_announcements a
         where a.cohort_id = $1 and a.published_at > $2 and a.published_at <= $3
         order by happened_at desc, kind limit $5",
    )
    .bind::<Uuid, _>(cohort)
    .bind::<Timestamptz, _>(since)
    .bind::<Timestamptz, _>(clock.now)
    .bind::<Text, _>(clock.zone.name())
    .bind::<BigInt, _>(SHOWN_LINES as i64)
    .load(conn)
    .await?;
    let mut news: Vec<(DateTime<Utc>, String)> = rows
        .into_iter()
        .map(|row| (row.happened_at, said(&row)))
        .collect();
    news.extend(dates.iter().filter_map(|date| match date {
        CohortDate::Module {
            number,
            title,
            opens_at,
        } if since < *opens_at && *opens_at <= clock.now && open_modules.contains(number) => {
            Some((*opens_at, format!("“{title}” opened")))
        }
        _ => None,
    }));
    news.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    news.truncate(SHOWN_LINES);
    let lines = news.into_iter().map(|(at, said)| NewsLine {
        said,
        at: when(at, clock),
    });
    Ok(lines.collect())
}

fn said(row: &NewsRow) -> String {
    match row.kind.as_str() {
        "joined" => format!("{} joined", who(&row.names, row.people)),
        "handed_in" => format!("{} handed in work", who(&row.names, row.people)),
        _ => format!("Announcement: “{}”", row.title),
    }
}

/// Names up to two of so many people.
fn who(names: &[String], people: i64) -> String {
    let others = people - names.len() as i64;
    let others = match (others, names.is_empty()) {
        (0, _) => None,
        (1, true) => Some("One member".to_owned()),
        (others, true) => Some(format!("{others} members")),
        (1, false) => Some("1 other".to_owned()),
        (others, false) => Some(format!("{others} others")),
    };
    match (names, others) {
        ([], others) => others.unwrap_or_default(),
        ([one], None) => one.clone(),
        ([one, two, ..], None) => format!("{one} and {two}"),
        ([one], Some(others)) => format!("{one} and {others}"),
        ([one, two, ..], Some(others)) => format!("{one}, {two} and {others}"),
    }
}

#[cfg(test)]
mod tests {
    use super::who;

    #[test]
    fn at_most_two_people_are_named() {
        let names = ["Asha".to_owned(), "Bo".to_owned()];
        let said = |known: usize, people| who(&names[..known], people);
        assert_eq!(said(0, 1), "One member");
        assert_eq!(said(0, 3), "3 members");
        assert_eq!(said(1, 1), "Asha");
        assert_eq!(said(1, 2), "Asha and 1 other");
        assert_eq!(said(2, 2), "Asha and Bo");
        assert_eq!(said(2, 15), "Asha, Bo and 13 others");
    }
}

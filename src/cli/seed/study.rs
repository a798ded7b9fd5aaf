//! The demo's study library: the course, a pasted text, and some reviews of the last days.

use chrono::{TimeDelta, Utc};

use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use crate::study::server::review::{self, SentGrade};
use crate::study::server::store::{materials, queue, settings};
use crate::study::server::take::{self, PastedText};
use crate::study::{Confidence, Grade, StudyQuery};

const LEARNER: &str = "learner@demo.example";

const TITLE: &str = "Averages in a nutshell";

const TEXT: &str = "# Averages

The **mean** is the sum of all values divided by their count. The **median** is the value in the middle of all values. \
The **mode** is the value that occurs most often.

## How to find the median

1. Sort the values
2. Cross out one value at each end
3. Repeat until one or two values are left
4. Take the value, or the mean of the two

| Average | Moved by one huge value |
|---|---|
| Mean | A lot |
| Median | Hardly |
";

/// Days with reviews before today, and the cards on each.
const DAYS: [(i64, usize); 5] = [(6, 4), (5, 3), (4, 5), (2, 6), (1, 4)];

/// Fills the library of the demo's learner, unless there is something in it.
pub async fn fill(conn: &mut Conn) -> AppResult<()> {
    let Some(learner) = accounts::by_email(conn, LEARNER).await? else {
        return Ok(());
    };
    let user = learner.user_id;
    let now = Utc::now();
    if !materials::list(conn, user, &StudyQuery::default(), now)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let clock = |days: i64| Clock {
        zone: chrono_tz::Tz::UTC,
        now: now - TimeDelta::days(days),
    };
    let text = PastedText {
        title: TITLE.to_owned(),
        text: TEXT.to_owned(),
        subject: "Statistics".to_owned(),
        tags: "averages, exam".to_owned(),
    };
    take::add_text(conn, user, &text, clock(7).now).await?;
    take::take_course(conn, user, super::class::COURSE, &clock(7)).await?;
    for (days, count) in DAYS {
        for at in 0..count {
            review_next(conn, user, &clock(days), at).await?;
        }
    }
    Ok(())
}

/// Reviews the next card. Most are remembered.
async fn review_next(conn: &mut Conn, user: UserId, clock: &Clock, at: usize) -> AppResult<()> {
    let limits = settings::limits(conn, user).await?;
    let (rows, _) = queue::next(conn, user, None, limits, clock).await?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let (grade, sure) = match at % 4 {
        1 => (Grade::Again, Confidence::FairlySure),
        3 => (Grade::Easy, Confidence::Sure),
        _ => (Grade::Good, Confidence::FairlySure),
    };
    let sent = SentGrade {
        card: row.generated_asset_id,
        version: row.version,
        grade,
        sure: Some(sure),
        deck: None,
    };
    review::grade(conn, user, &sent, clock).await
}

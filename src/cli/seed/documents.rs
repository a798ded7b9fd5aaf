//! The demo's document: a text that a tutor pasted. The next worker reads it.

use crate::ingest::server::sources::{self, Adder};
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::files::Files;
use crate::platform::ids::OrganizationId;

const TUTOR: &str = "tutor@demo.example";

const TITLE: &str = "How polls are made";

const TEXT: &str = "# How polls are made

## The population

The **population** is everybody whom a poll wants to speak of, such as all voters of a country. Asking all of them is a census, \
which takes years and costs a lot. A poll therefore asks few people, and says how far its answer may be from the truth. Before \
anything else, a poll must say which population it means, because a number without a population means nothing.

## The sample

The **sample** is the part of the population that is asked. It is good if everybody in the population had the same chance to be \
in it. A large sample that was chosen badly is worse than a small one that was drawn at random: ten thousand callers of one radio \
station say little about a country. A sample is drawn in steps:

1. List the population
2. Draw numbers at random
3. Reach the people with these numbers
4. Note who did not answer

## The margin of error

The **margin of error** is the distance within which the result of the population lies in nineteen of twenty samples. It shrinks \
with the square root of the sample: four times as many people halve it. It speaks of chance only. People who do not answer, and \
questions that lead, can move a result much further than the margin of error says.

| People asked | Margin of error |
|---|---|
| 100 | 10 points |
| 400 | 5 points |
| 1600 | 2.5 points |

## The question

A **leading question** is one whose wording suggests an answer. Two polls of the same population on the same day can differ by ten \
points for this reason alone. A good report therefore prints the question, the sample and the margin of error beside its result, so \
that readers can judge all three.
";

/// Adds the document, unless it is there.
pub async fn add(conn: &mut Conn, files: &Files, organization: OrganizationId) -> AppResult<()> {
    if let Some(tutor) = accounts::by_email(conn, TUTOR).await? {
        let adder = Adder {
            files: files.clone(),
            organization,
            by: tutor.user_id,
        };
        sources::add_text(conn, &adder, TITLE, TEXT).await?;
    }
    Ok(())
}

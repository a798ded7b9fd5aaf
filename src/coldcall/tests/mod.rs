//! Tests of cold calls, over HTTP.

mod access;
mod blind;
mod grouping;
mod live;
mod moderation;
mod notices;
mod posting;
mod prompts;

use crate::testing::site::TestSite;
use crate::testing::{Group, cold_call_course};

/// Address of the first cold call of the course `small`.
const HERE: &str = "/learn/small/begin/cold-call/1";

/// A site with the course `small`, and one of its cohorts.
async fn site_with_cohort() -> (TestSite, Group) {
    let site = TestSite::new().await;
    cold_call_course().import(&site).await;
    let group = Group::new(&site, "Spring").await;
    (site, group)
}

//! Tests of the stream that no feature decides.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_server_stops() {
    let site = TestSite::new().await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    site.state.live.stop();
    // Without the stop, the body of this answer would never end.
    let answer = asha.get("/live?after=nonsense").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert!(answer.body.contains(": live"), "{}", answer.body);
}

//! Builds cohorts and their members, and uploads lists of members as a tutor does.

use axum::body::Body;
use axum::http::header;

use crate::cohort::server::store as cohorts;
use crate::platform::error::AppResult;
use crate::platform::ids::CohortId;
use crate::testing::site::{Browser, TestAnswer, TestSite};

/// An active cohort. Its days are counted from today in UTC.
pub struct CohortBuilder {
    course: String,
    title: String,
    starts_in: i64,
    ends_in: Option<i64>,
    is_active: bool,
    /// Address and batch.
    members: Vec<(String, i32)>,
}

impl CohortBuilder {
    /// A cohort of the course that started a week ago and has no end.
    pub fn new(course: &str, title: &str) -> Self {
        Self {
            course: course.to_owned(),
            title: title.to_owned(),
            starts_in: -7,
            ends_in: None,
            is_active: true,
            members: Vec::new(),
        }
    }

    /// Sets the first day, in days from today.
    pub fn starts_in(mut self, days: i64) -> Self {
        self.starts_in = days;
        self
    }

    /// Sets the last day, in days from today.
    pub fn ends_in(mut self, days: i64) -> Self {
        self.ends_in = Some(days);
        self
    }

    pub fn inactive(mut self) -> Self {
        self.is_active = false;
        self
    }

    pub fn member(self, email: &str) -> Self {
        self.member_of(email, 1)
    }

    /// Adds a member of a batch.
    pub fn member_of(mut self, email: &str, batch_no: i32) -> Self {
        self.members.push((email.to_owned(), batch_no));
        self
    }

    /// Stores the cohort and returns its id.
    pub async fn make(self, site: &TestSite) -> String {
        let day = |days: i64| format!("(now() at time zone 'UTC')::date + {days}");
        let end = self.ends_in.map_or_else(|| "null".to_owned(), day);
        site.test
            .sql(&format!(
                "insert into cohorts (course_id, title, start_date, end_date, is_active)
                 select course_id, '{}', {}, {end}, {} from courses where slug = '{}'",
                self.title,
                day(self.starts_in),
                self.is_active,
                self.course
            ))
            .await;
        let id = format!(
            "select cohort_id from cohorts where title = '{}'",
            self.title
        );
        let id = site.test.text(&id).await;
        let cohort = CohortId(id.parse().expect("an id"));
        let added: AppResult<()> = (site.test.db)
            .within(site.test.organization, async move |conn| {
                for (email, batch_no) in &self.members {
                    cohorts::add_member(conn, cohort, email, None, Some(*batch_no)).await?;
                }
                Ok(())
            })
            .await;
        added.expect("members");
        id
    }
}

/// Uploads a list of members to a cohort, like the form of a tutor.
pub async fn upload_members(
    browser: &mut Browser<'_>,
    course: &str,
    cohort: &str,
    content: &[u8],
) -> TestAnswer {
    let field = |name: &str, value: &str| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = (field("course", course) + &field("cohort", cohort)).into_bytes();
    body.extend_from_slice(
        b"--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\
          Content-Type: text/csv\r\n\r\n",
    );
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let request = browser
        .request("POST", crate::cohort::teach::LIST_UPLOAD)
        .header(header::ACCEPT, "text/html")
        .header(
            header::REFERER,
            format!(
                "http://{}/teach/{course}/cohorts/{cohort}/list",
                browser.host
            ),
        )
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

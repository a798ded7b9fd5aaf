//! Offerings, and people who apply for them.

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};

/// An offering of a course, free and on demand, without review. Its title is "Spring".
pub struct OfferingBuilder {
    course: String,
    fields: Vec<(String, String)>,
}

impl OfferingBuilder {
    pub fn new(course: &str) -> Self {
        let empty = Self {
            course: course.to_owned(),
            fields: Vec::new(),
        };
        empty
            .field("title", "Spring")
            .field("program", "self_paced")
            .field("currency", "EUR")
            .field("offer_hours", "48")
    }

    /// Sets a field of the form.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        let name = format!("offering[{name}]");
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    pub fn seats(self, count: u32) -> Self {
        self.field("capacity", &count.to_string())
    }

    pub fn reviewed(self) -> Self {
        self.field("needs_review", "true")
    }

    pub fn price(self, price: &str) -> Self {
        self.field("price", price)
    }

    /// Makes it an offering with a new cohort that starts on this day.
    pub fn cohort(self, first_day: &str) -> Self {
        self.field("program", "cohort")
            .field("cohort", "new")
            .field("starts_on", first_day)
    }

    /// Creates the offering through an admin, and returns its id.
    pub async fn create(self, site: &TestSite) -> String {
        let office = "office@example.org";
        let exists = format!("select count(*) from users where email = '{office}'");
        let mut admin = match site.test.count(&exists).await {
            0 => site.signed_in(office, UserRole::Admin).await,
            _ => site.sign_in(office).await,
        };
        self.save(&mut admin).await
    }

    /// Sends the form as this person, and returns the offering's id.
    pub async fn save(&self, admin: &mut Browser<'_>) -> String {
        let fields = self.fields.iter();
        let mut fields: Vec<(&str, &str)> = fields
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.push(("course", &self.course));
        let answer = admin.post("manage/api/save_offering", &fields).await;
        answer.assert_ok();
        let path = answer.header("x-redirect").to_owned();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }
}

/// Goes through all stages and submits. The token is that of a mailed link, empty for a person who
/// is signed in.
pub async fn apply_for(browser: &mut Browser<'_>, offering: &str, token: &str, name: &str) {
    let who = [("offering", offering), ("token", token)];
    let start = browser.post("apply/api/start_application", &who).await;
    start.assert_ok();
    let details = [who[0], who[1], ("name", name)];
    browser
        .post("apply/api/save_details", &details)
        .await
        .assert_ok();
    browser
        .post("apply/api/submit_application", &who)
        .await
        .assert_ok();
}

/// Asks for a link without an account, and returns its token.
pub async fn token_mailed_to(site: &TestSite, offering: &str, email: &str) -> String {
    let fields = [("offering", offering), ("email", email)];
    let mut visitor = site.visitor();
    let asked = visitor.post("apply/api/start_application", &fields).await;
    asked.assert_ok();
    let mails = site.mails().await;
    let to = format!("To: {email}\n");
    let mail = mails.iter().rev().find(|mail| mail.starts_with(&to));
    let mail = mail.unwrap_or_else(|| panic!("no mail to {email}: {mails:#?}"));
    let (_, token) = mail.split_once("token=").expect("a link with a token");
    token
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

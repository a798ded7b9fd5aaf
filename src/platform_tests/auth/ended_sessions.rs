//! Tests of the ways to end a session while its requests are in progress over real connections.

use std::net::SocketAddr;

use axum::http::StatusCode;
use diesel_async::SimpleAsyncConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{link, token};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, PASSWORD, TestSite, function_path};

const NEW_PASSWORD: &str = "another long password";

#[derive(Debug, Clone, Copy)]
enum End {
    SignOut,
    /// Without JavaScript: the answer leaves a message in a new session.
    SignOutForm,
    OneDevice,
    OtherDevices,
    PasswordChange,
    PasswordReset,
    ClosedAccount,
}

/// A request whose head and half of its body the server has received.
struct Slow {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Slow {
    async fn begin(
        to: SocketAddr,
        browser: &Browser<'_>,
        method: &str,
        path: &str,
        media: &str,
        body: &str,
    ) -> Self {
        let cookies: Vec<String> = browser
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {to}\r\norigin: http://{to}\r\ncookie: {}\r\naccept: application/json\r\n\
             content-type: {media}\r\ncontent-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            cookies.join("; "),
            body.len()
        );
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server sends this line when it begins to read the body.
        let mut asked = [0; 25];
        stream.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
        let (half, rest) = body.as_bytes().split_at(body.len() / 2);
        stream.write_all(half).await.unwrap();
        Self {
            stream,
            rest: rest.to_vec(),
        }
    }

    async fn end(mut self) -> String {
        self.stream.write_all(&self.rest).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

const UPLOAD: &str = "--b\r\ncontent-disposition: form-data; name=\"course\"\r\n\r\nnone\r\n\
    --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.gift\"\r\n\r\nx {T}\r\n--b--\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_stays_ended_while_its_requests_are_under_way() {
    let site = TestSite::new().await;
    let address = site.listen().await;
    for (number, end) in [
        End::SignOut,
        End::SignOutForm,
        End::OneDevice,
        End::OtherDevices,
        End::PasswordChange,
        End::PasswordReset,
        End::ClosedAccount,
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("asha{number}@example.org");
        let mut browser = site.signed_in(&email, UserRole::Learner).await;
        let yesterday =
            "update web_sessions set data = jsonb_set(data, '{seen_on}', '\"2020-01-01\"')";
        // The first request of a day saves the session.
        site.test.sql(yesterday).await;
        let here = site
            .test
            .text(&format!(
                "select web_session_id from web_sessions join users using (user_id) where email = '{email}'"
            ))
            .await;
        // The session of the first request is already loaded, that of the second is not.
        let media = "multipart/form-data; boundary=b";
        let loaded = Slow::begin(
            address,
            &browser,
            "POST",
            "/uploads/questions",
            media,
            UPLOAD,
        )
        .await;
        let path = function_path("auth/api/update_profile");
        let body = "name=Mallory&time_zone=";
        let waiting = Slow::begin(address, &browser, "POST", &path, media, body).await;
        // A read takes a body, too.
        let path = function_path("auth/api/load_settings");
        let reading = Slow::begin(address, &browser, "GET", &path, media, body).await;
        let cookies = browser.cookies.clone();
        end.act(&site, &mut browser, &email, &here).await;

        let answer = loaded.end().await;
        assert!(answer.contains("location: /sign-in"), "{end:?}: {answer}");
        assert!(!answer.contains("lyceum_session="), "{end:?}: {answer}");
        for slow in [waiting, reading] {
            let answer = slow.end().await;
            assert!(answer.starts_with("HTTP/1.1 401"), "{end:?}: {answer}");
        }

        site.test.sql("update users set is_active = true").await;
        browser.cookies = cookies;
        let page = browser.get("/learn").await;
        assert_eq!(page.status, StatusCode::FOUND, "{end:?}: it came back");
        let named = "select count(*) from users where display_name = 'Mallory'";
        assert_eq!(site.test.count(named).await, 0, "{end:?}");
    }
}

impl End {
    async fn act(self, site: &TestSite, browser: &mut Browser<'_>, email: &str, session: &str) {
        let mut other = site.visitor();
        if matches!(
            self,
            Self::OneDevice | Self::OtherDevices | Self::PasswordChange
        ) {
            let fields = [("email", email), ("password", PASSWORD)];
            other.post("auth/api/sign_in", &fields).await;
        }
        let answer = match self {
            Self::SignOut => browser.post("auth/api/sign_out", &[]).await,
            Self::SignOutForm => {
                let answer = browser.submit("/learn", "auth/api/sign_out", &[]).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER);
                return;
            }
            Self::OneDevice => {
                let fields = [("web_session_id", session)];
                other.post("auth/api/end_device", &fields).await
            }
            Self::OtherDevices => other.post("auth/api/end_other_devices", &[]).await,
            Self::PasswordChange => {
                let fields = [
                    ("current_password", PASSWORD),
                    ("new_password", NEW_PASSWORD),
                ];
                other.post("auth/api/change_password", &fields).await
            }
            Self::PasswordReset => {
                let fields = [("email", email)];
                other.post("auth/api/forgot_password", &fields).await;
                let mails = site.mails().await;
                let mail = mails
                    .iter()
                    .find(|mail| mail.contains(email) && mail.contains("/reset-password"));
                let link = link(mail.expect("a mail"), "/reset-password?token=");
                let fields = [("token", token(&link)), ("password", NEW_PASSWORD)];
                other.post("auth/api/reset_password", &fields).await
            }
            Self::ClosedAccount => {
                let close = format!("update users set is_active = false where email = '{email}'");
                site.test.sql(&close).await;
                return;
            }
        };
        assert_eq!(answer.status, StatusCode::OK, "{self:?}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_with_a_password_that_is_being_changed_signs_nobody_in() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let mut owner = site.test.owner().await;
    owner
        .batch_execute("begin; update users set password_hash = 'another'")
        .await
        .unwrap();
    let change = async {
        // Wait until the sign-in waits for the change.
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while site.test.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        owner
            .batch_execute("delete from web_sessions; commit")
            .await
            .unwrap();
    };
    let mut browser = site.visitor();
    let fields = [("email", "asha@example.org"), ("password", PASSWORD)];
    let (answer, ()) = tokio::join!(browser.post("auth/api/sign_in", &fields), change);
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert_eq!(
        site.test.count("select count(*) from web_sessions").await,
        0
    );
    assert_eq!(browser.get("/learn").await.status, StatusCode::FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_fails_signs_nobody_in() {
    let site = TestSite::new().await;
    site.account("asha@example.org", UserRole::Learner).await;
    let failing = "create function fail() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
                   create trigger fail before update of last_login_at on users for each row execute function fail()";
    site.test.sql(failing).await;
    let fields = [("email", "asha@example.org"), ("password", PASSWORD)];
    let mut browser = site.visitor();
    let answer = browser.post("auth/api/sign_in", &fields).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let mut plain = site.visitor();
    plain.submit("/sign-in", "auth/api/sign_in", &fields).await;
    for browser in [&mut browser, &mut plain] {
        assert_eq!(browser.get("/learn").await.status, StatusCode::FOUND);
    }
    let sessions = "select count(*) from web_sessions where user_id is not null";
    assert_eq!(site.test.count(sessions).await, 0);
}

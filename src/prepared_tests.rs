//! Statements are prepared once for each connection: a page that was shown before makes
//! PostgreSQL parse nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::access_tests::fill;
use crate::hostile_tests::{addresses, everybody};
use crate::platform::db::testing::TestDb;
use crate::testing::site::TestSite;

/// Starts of statements that are parsed each time: the record of a refusal, and the list of
/// questions, whose filters decide which plan is good.
const EXCEPT: [&str; 2] = ["INSERT INTO \"audit_logs\"", "with matching as"];

/// The statements that PostgreSQL was asked to parse.
type Parsed = Arc<Mutex<Vec<String>>>;

/// Forwards connections to PostgreSQL and reads the messages of the clients. Returns its port.
async fn observe(port: u16, parsed: Parsed) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let (from_client, mut to_client) = client.into_split();
            let (mut from_server, to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            tokio::spawn(forward(from_client, to_server, parsed.clone()));
        }
    });
    own
}

/// Copies messages: first the start message, which is a length and a body, then messages that are
/// a type, a length and a body. Source: PostgreSQL's documentation, "Message Formats".
async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    parsed: Parsed,
) -> std::io::Result<()> {
    let mut is_started = false;
    loop {
        let kind = match is_started {
            true => Some(from.read_u8().await?),
            false => None,
        };
        let length = from.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        from.read_exact(&mut body).await?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(&body);
        to.write_all(&message).await?;
        is_started = true;
        if kind == Some(b'P') {
            let mut texts = body.split(|byte| *byte == 0).skip(1);
            let text = String::from_utf8_lossy(texts.next().unwrap_or_default()).into_owned();
            parsed.lock().unwrap().push(text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_shown_before_is_parsed_no_more() {
    let mut test = TestDb::new().await;
    let parsed = Parsed::default();
    let address = test.config.database.owner_url.as_mut().unwrap();
    let mut url = url::Url::parse(address).unwrap();
    let port = observe(url.port().unwrap(), parsed.clone()).await;
    url.set_port(Some(port)).unwrap();
    *address = url.into();
    // One connection, so that no page meets one that has not prepared its statements.
    test.config.database.pool = 1;
    let site = TestSite::on(test).await;
    let mut people = everybody(&site).await;
    let ids = fill(&site).await;
    let mut again = BTreeMap::<String, Vec<String>>::new();
    let mut shown = 0;
    for (_, path) in addresses(&site, &ids).await {
        for (name, person) in &mut people {
            for _ in 0..2 {
                person.get(&path).await;
            }
            parsed.lock().unwrap().clear();
            shown += usize::from(person.get(&path).await.status == StatusCode::OK);
            let mut texts = std::mem::take(&mut *parsed.lock().unwrap());
            texts.retain(|text| !EXCEPT.iter().any(|start| text.starts_with(start)));
            if !texts.is_empty() {
                again.insert(format!("{path} for {name}"), texts);
            }
        }
    }
    assert!(again.is_empty(), "{again:#?}");
    assert!(shown > 60, "{shown} pages");
}

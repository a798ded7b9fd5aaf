//! Tests with slow and silent clients, over local sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, interval, timeout};

use super::{TimeLimits, serve};
use crate::platform::http::patience;

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(60);
/// Limit for each step of a test. A step that takes longer means that the tested limit does not
/// work.
const PATIENCE: Duration = Duration::from_secs(10);

const LIMITS: TimeLimits = TimeLimits {
    headers: LONG,
    idle: LONG,
    body: LONG,
    body_rate: 1_000_000,
    unread: LONG,
    answer: LONG,
    lingering: SHORT,
    render_again: LONG,
};

struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(limits: TimeLimits, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let router = router.layer(from_fn_with_state(limits, patience::limit));
        let ended = tokio::spawn(serve(listener, router, limits, async move {
            let _ = stopped.await;
        }));
        let stop = Some(stop);
        Self { addr, stop, ended }
    }

    async fn hello(limits: TimeLimits) -> Self {
        let router = Router::new().route("/", get(|| async { "hello" })).route(
            "/length",
            post(|body: Bytes| async move { body.len().to_string() }),
        );
        Self::start(limits, router).await
    }

    async fn connect(&self, sent: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream
    }
}

/// Reads until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let read = read.expect("the server closes the connection");
    // If the server closes with unread bytes, the client sees a reset.
    assert!(
        read.is_ok()
            || read.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
    );
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until the received text ends with `end`.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).ends_with(end) {
        let byte = timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap();
        bytes.push(byte);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_connection_without_a_whole_request_is_closed() {
    let server = Server::hello(TimeLimits {
        headers: SHORT,
        ..LIMITS
    })
    .await;
    for sent in ["", "P", "PRI", "GET / HTTP/1.1\r\nHost: x\r\nX-"] {
        let mut stream = server.connect(sent).await;
        assert!(!rest(&mut stream).await.contains("hello"), "{sent:?}");
    }
}

#[tokio::test]
async fn http_2_is_not_spoken() {
    let server = Server::hello(LIMITS).await;
    let http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut stream = server.connect(http2).await;
    let answer = rest(&mut stream).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
}

/// Answers the second of two requests, and never the first.
#[tokio::test]
async fn a_page_that_hangs_is_rendered_once_more() {
    let calls = Arc::new(Mutex::new(0));
    let counted = calls.clone();
    let page = move || {
        let calls = calls.clone();
        async move {
            *calls.lock().unwrap() += 1;
            if *calls.lock().unwrap() % 2 == 1 {
                std::future::pending::<()>().await;
            }
            "rendered"
        }
    };
    let limits = TimeLimits {
        render_again: SHORT,
        ..LIMITS
    };
    let site = Router::new().route("/", get(page));
    let server = Server::start(limits, site.clone()).await;
    let mut stream = server
        .connect("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
        .await;
    assert!(rest(&mut stream).await.ends_with("rendered"));
    assert_eq!(*counted.lock().unwrap(), 2);

    // Other requests are not repeated, because they may have effects.
    let limits = TimeLimits {
        answer: SHORT * 10,
        ..limits
    };
    let server = Server::start(limits, site).await;
    let mut stream = server
        .connect("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 503"));
    assert_eq!(*counted.lock().unwrap(), 3);
}

#[tokio::test]
async fn headers_that_trickle_in_are_not_waited_for() {
    let server = Server::hello(TimeLimits {
        headers: SHORT,
        ..LIMITS
    })
    .await;
    let mut stream = server.connect("GET / HTTP/1.1\r\n").await;
    let begun = Instant::now();
    let mut tick = interval(SHORT / 10);
    loop {
        tick.tick().await;
        if stream.write_all(b"a: b\r\n").await.is_err() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "the server still listens");
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_not_for_ever() {
    let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let server = Server::hello(TimeLimits {
        idle: SHORT,
        ..LIMITS
    })
    .await;
    let mut stream = server.connect(request).await;
    until(&mut stream, "hello").await;
    stream.write_all(request.as_bytes()).await.unwrap();
    until(&mut stream, "hello").await;
    assert_eq!(rest(&mut stream).await, "");
    // Once begun, the next request gets as much time as the first.
    let server = Server::hello(TimeLimits {
        headers: SHORT,
        ..LIMITS
    })
    .await;
    let mut stream = server.connect(request).await;
    until(&mut stream, "hello").await;
    stream.write_all(b"GET /").await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_with_408() {
    let server = Server::hello(TimeLimits {
        body: SHORT,
        ..LIMITS
    })
    .await;
    let head = "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc";
    let mut stream = server.connect(head).await;
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("did not arrive in time"), "{answer}");
    // A byte now and then does not extend the limit.
    let (mut read, mut write) = server.connect(head).await.into_split();
    let trickle = tokio::spawn(async move {
        let mut tick = interval(SHORT / 10);
        loop {
            tick.tick().await;
            if write.write_all(b"x").await.is_err() {
                break;
            }
        }
    });
    let mut begin = [0; 12];
    timeout(PATIENCE, read.read_exact(&mut begin))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&begin, b"HTTP/1.1 408");
    drop(read);
    trickle.abort();
}

#[tokio::test]
async fn the_time_for_the_answer_begins_when_the_body_is_there() {
    let limits = TimeLimits {
        answer: SHORT,
        ..LIMITS
    };
    let server = Server::hello(limits).await;
    let head = "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc";
    let mut slow = server.connect(head).await;
    // Wait as long as it takes for some other connections to time out.
    let other = Server::hello(TimeLimits {
        headers: SHORT,
        ..LIMITS
    })
    .await;
    for _ in 0..4 {
        rest(&mut other.connect("").await).await;
    }
    slow.write_all(b"def").await.unwrap();
    until(&mut slow, "\r\n\r\n6").await;
    let stuck = Router::new().route("/", get(std::future::pending::<String>));
    let server = Server::start(limits, stuck).await;
    let mut stream = server
        .connect("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[tokio::test]
async fn the_wait_for_a_body_ends_when_the_body_is_dropped() {
    let stuck = |body: Body| async move {
        let mut body = body.into_data_stream();
        let first = body.next().await;
        assert_eq!(first.unwrap().unwrap(), "abc");
        let nothing_more = futures::poll!(body.next());
        assert!(nothing_more.is_pending());
        drop(body);
        std::future::pending::<String>().await
    };
    let limits = TimeLimits {
        answer: SHORT,
        ..LIMITS
    };
    let server = Server::start(limits, Router::new().route("/", post(stuck))).await;
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc";
    let mut stream = server.connect(head).await;
    let mut begin = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut begin))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&begin, b"HTTP/1.1 503");
}

#[tokio::test]
async fn a_stream_of_events_may_be_silent_for_long() {
    let (say, said) = oneshot::channel::<()>();
    let said = Arc::new(Mutex::new(Some(said)));
    let events = move || {
        let said = said.lock().unwrap().take().unwrap();
        async move {
            let first = futures::stream::iter([Ok::<_, Infallible>("data: 1\n\n")]);
            let second = futures::stream::once(async move {
                let _ = said.await;
                Ok("data: 2\n\n")
            });
            Body::from_stream(first.chain(second))
        }
    };
    let limits = TimeLimits {
        headers: SHORT,
        idle: SHORT,
        body: SHORT,
        unread: SHORT,
        answer: SHORT,
        ..LIMITS
    };
    let server = Server::start(limits, Router::new().route("/events", get(events))).await;
    let mut stream = server
        .connect("GET /events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    until(&mut stream, "data: 1\n\n").await;
    for _ in 0..4 {
        rest(&mut server.connect("").await).await;
    }
    say.send(()).unwrap();
    assert!(rest(&mut stream).await.contains("data: 2"));
}

/// Sends a message when dropped.
struct Dropped(Option<oneshot::Sender<()>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            let _ = tell.send(());
        }
    }
}

#[tokio::test]
async fn a_response_that_nobody_reads_is_given_up() {
    let (tell, told) = oneshot::channel();
    let dropped = Arc::new(Mutex::new(Some(Dropped(Some(tell)))));
    let endless = move || {
        let dropped = dropped.lock().unwrap().take().unwrap();
        async move {
            Body::from_stream(futures::stream::repeat_with(move || {
                let _ = &dropped;
                Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 65_536]))
            }))
        }
    };
    let limits = TimeLimits {
        unread: SHORT,
        ..LIMITS
    };
    let server = Server::start(limits, Router::new().route("/", get(endless))).await;
    let _unread = server.connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    timeout(PATIENCE, told)
        .await
        .expect("the body is dropped")
        .unwrap();
}

#[tokio::test]
async fn a_stopping_server_finishes_what_is_under_way_and_closes_the_rest() {
    let (go, gone) = oneshot::channel::<()>();
    let gone = Arc::new(Mutex::new(Some(gone)));
    let (begin, begun) = oneshot::channel::<()>();
    let begin = Arc::new(Mutex::new(Some(begin)));
    let slow = move || {
        let gone = gone.lock().unwrap().take().unwrap();
        begin.lock().unwrap().take().unwrap().send(()).unwrap();
        async move {
            let _ = gone.await;
            "done"
        }
    };
    let mut server = Server::start(LIMITS, Router::new().route("/", get(slow))).await;
    let mut idle = server.connect("").await;
    let mut busy = server.connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    begun.await.unwrap();
    server.stop.take().unwrap().send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    go.send(()).unwrap();
    assert!(rest(&mut busy).await.ends_with("done"));
    timeout(PATIENCE, server.ended).await.unwrap().unwrap();
}

/// A server that answers without reading what is sent.
async fn refusing(limits: TimeLimits) -> Server {
    let router = Router::new().route("/", post(|| async { "refused" }));
    Server::start(limits, router).await
}

const LARGE: &str = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n";

#[tokio::test]
async fn an_answer_arrives_although_nobody_reads_the_body() {
    let server = refusing(TimeLimits {
        lingering: LONG,
        ..LIMITS
    })
    .await;
    let mut stream = server.connect(LARGE).await;
    // A browser reads the answer once it has sent everything.
    let piece = vec![b'x'; 1_000_000];
    for _ in 0..50 {
        let sent = timeout(PATIENCE, stream.write_all(&piece)).await;
        sent.expect("in time").expect("the server takes the rest");
    }
    let answer = rest(&mut stream).await;
    assert!(answer.ends_with("refused"), "{answer}");
}

#[tokio::test]
async fn a_body_that_nobody_reads_and_that_stops_is_given_up() {
    let server = refusing(LIMITS).await;
    let mut stream = server.connect(LARGE).await;
    let answer = rest(&mut stream).await;
    assert!(answer.ends_with("refused"), "{answer}");
    // Between two pieces passes more time than the limit.
    let mut pauses = interval(4 * SHORT);
    let given_up = async {
        while stream.write_all(b"x").await.is_ok() {
            pauses.tick().await;
        }
    };
    timeout(PATIENCE, given_up).await.expect("a closed socket");
}

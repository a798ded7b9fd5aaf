//! Connections over HTTP/1 and HTTP/2, with limits on how long a client may take. A socket on which
//! nothing useful happens is closed; a response may take as long as it likes, as long as the client
//! reads it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use futures::task::AtomicWaker;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tower::ServiceExt;

/// How long a client may take, and how long the server.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// From a connection's beginning, and later from a request's first byte, until the headers are
    /// complete.
    pub headers: Duration,
    /// Between two requests of a connection. Longer than the 60 seconds for which proxies usually
    /// keep theirs.
    pub idle: Duration,
    /// Waiting for a request's body, and more for each `body_rate` bytes that arrived.
    pub body: Duration,
    /// Bytes that lengthen the waiting for a body by one second.
    pub body_rate: u32,
    /// Until the client takes some of what was sent.
    pub unread: Duration,
    /// From the end of the headers to the beginning of the answer, without the waiting for the
    /// body.
    pub answer: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(20),
            idle: Duration::from_secs(120),
            body: Duration::from_secs(20),
            body_rate: 2_000,
            unread: Duration::from_secs(60),
            answer: Duration::from_secs(30),
        }
    }
}

/// HTTP/2 connections whose other end has vanished are found by a ping.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Serves until `stop`, then finishes the requests that are under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: TimeLimits,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    after_refusal(&error).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Without this a streamed page waits for delayed acknowledgements.
        let _ = stream.set_nodelay(true);
        let traffic = Arc::new(Traffic::default());
        let socket = TokioIo::new(Socket::new(stream, traffic.clone(), limits));
        let router = router.clone();
        let service = service_fn(move |request| {
            answer(router.clone(), request, peer, InFlight::of(&traffic))
        });
        let connection = builder.serve_connection(socket, service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection was given up");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// A client that is gone again needs no pause; a machine without free sockets does.
async fn after_refusal(error: &io::Error) {
    let is_the_clients = matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    );
    if !is_the_clients {
        tracing::error!(%error, "no connection can be accepted");
        sleep(Duration::from_secs(1)).await;
    }
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    in_flight: InFlight,
) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request.map(Body::new)).await?;
    Ok(response.map(|body| {
        Body::new(Counted {
            body,
            _in_flight: in_flight,
        })
    }))
}

/// The requests of one connection.
#[derive(Default)]
struct Traffic {
    /// Requests whose response is not sent yet.
    open: AtomicUsize,
    /// Requests so far.
    begun: AtomicU64,
    /// The task that reads from the socket: it starts to wait when the last open request ends.
    reader: AtomicWaker,
}

/// Counts a request as open until it is dropped.
struct InFlight(Arc<Traffic>);

impl InFlight {
    fn of(traffic: &Arc<Traffic>) -> Self {
        traffic.open.fetch_add(1, Ordering::SeqCst);
        traffic.begun.fetch_add(1, Ordering::SeqCst);
        Self(traffic.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
        self.0.reader.wake();
    }
}

/// A response body that keeps its request open.
struct Counted {
    body: Body,
    _in_flight: InFlight,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The reason for which a socket waits for its client.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wait {
    /// The headers of a request, since its first byte.
    Headers(Instant),
    /// The next request.
    Request(Instant),
}

/// A socket that gives up on a client who takes too long.
struct Socket<S> {
    stream: S,
    traffic: Arc<Traffic>,
    limits: TimeLimits,
    wait: Wait,
    /// The number of requests when `wait` was set.
    begun: u64,
    /// The first bytes of the connection, by which HTTP/2 is known.
    opening: Vec<u8>,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

/// The beginning of what opens an HTTP/2 connection; no HTTP/1 method begins so.
const HTTP2: &[u8] = b"PRI ";

impl<S> Socket<S> {
    fn new(stream: S, traffic: Arc<Traffic>, limits: TimeLimits) -> Self {
        let now = Instant::now();
        Self {
            stream,
            traffic,
            limits,
            wait: Wait::Headers(now),
            begun: 0,
            opening: Vec::new(),
            reading: Box::pin(sleep_until(now + limits.headers)),
            writing: None,
        }
    }

    /// Takes note of requests that came and went since the last call.
    fn catch_up(&mut self) {
        let begun = self.traffic.begun.load(Ordering::SeqCst);
        if begun != self.begun {
            self.begun = begun;
            self.wait = Wait::Request(Instant::now());
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        let missing = HTTP2.len() - self.opening.len();
        self.opening
            .extend_from_slice(&bytes[..missing.min(bytes.len())]);
        if bytes.is_empty() || self.traffic.open.load(Ordering::SeqCst) > 0 {
            return;
        }
        self.catch_up();
        // Frames of HTTP/2 come between requests too, and say nothing about the next one.
        if matches!(self.wait, Wait::Request(_)) && self.opening != HTTP2 {
            self.wait = Wait::Headers(Instant::now());
        }
    }

    /// Ready when the client has been waited for long enough.
    fn poll_given_up(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.traffic.reader.register(cx.waker());
        if self.traffic.open.load(Ordering::SeqCst) > 0 {
            return Poll::Pending;
        }
        self.catch_up();
        let deadline = match self.wait {
            Wait::Headers(since) => since + self.limits.headers,
            Wait::Request(since) => since + self.limits.idle,
        };
        if self.reading.deadline() != deadline {
            self.reading.as_mut().reset(deadline);
        }
        ready!(self.reading.as_mut().poll(cx));
        Poll::Ready(io::Error::new(
            io::ErrorKind::TimedOut,
            "no request came in time",
        ))
    }

    /// Fails where the client takes nothing of what is sent for too long.
    fn unless_stuck<T>(
        &mut self,
        cx: &mut Context<'_>,
        sent: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.writing = None;
            return sent;
        }
        let limit = self.limits.unread;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the response was not read in time",
        )))
    }
}

impl AsyncRead for Socket<TcpStream> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buffer) {
            Poll::Pending => this.poll_given_up(cx).map(Err),
            ready => {
                this.received(&buffer.filled()[before..]);
                ready
            }
        }
    }
}

impl AsyncWrite for Socket<TcpStream> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.unless_stuck(cx, sent)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let sent = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.unless_stuck(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;

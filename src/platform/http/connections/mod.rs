//! Serves HTTP/1.1 connections, with limits on how long a client may take. A socket without useful
//! traffic is closed. A response may take any time while the client keeps reading it. HTTP/2 is for
//! the proxy in front: its many responses on one socket would need limits of their own.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use futures::task::AtomicWaker;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tower::ServiceExt;

/// Time limits for the client and for the server.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// Limit for the headers. Counted from a connection's beginning, and later from a request's
    /// first byte.
    pub headers: Duration,
    /// Limit between two requests of a connection. Longer than the 60 seconds for which proxies
    /// usually keep connections, so that a proxy never uses a closed one.
    pub idle: Duration,
    /// Limit for waiting for a request's body. Each `body_rate` bytes that arrive add one second.
    pub body: Duration,
    /// Bytes of a body that extend its limit by one second.
    pub body_rate: u32,
    /// Limit until the client takes some of the data that was sent.
    pub unread: Duration,
    /// Limit from the end of the headers to the beginning of the answer, without the wait for the
    /// body.
    pub answer: Duration,
    /// Limit until more arrives of a body that nobody reads, after its answer. Browsers read an
    /// answer only once they have sent the whole body, and lose it if the socket is closed before.
    pub lingering: Duration,
    /// Time after which a page is rendered once more; see [`super::patience`].
    pub render_again: Duration,
}

/// The rest of a body is taken for as many times the limit at most.
const LINGERING: u32 = 24;

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(20),
            idle: Duration::from_secs(120),
            body: Duration::from_secs(20),
            body_rate: 2_000,
            unread: Duration::from_secs(60),
            answer: Duration::from_secs(30),
            lingering: Duration::from_secs(5),
            render_again: Duration::from_secs(4),
        }
    }
}

/// Serves until `stop` resolves, then finishes the requests in progress.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: TimeLimits,
    stop: impl Future<Output = ()>,
) {
    let builder = http1::Builder::new();
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
        // Without this option, a streamed page waits for delayed acknowledgments.
        let _ = stream.set_nodelay(true);
        let traffic = Arc::new(Traffic::default());
        let socket = TokioIo::new(Socket::new(stream, traffic.clone(), limits));
        let router = router.clone();
        let service =
            service_fn(move |request| answer(router.clone(), request, peer, traffic.clone()));
        let connection = builder.serve_connection(socket, service);
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

/// Pauses after a failed accept, unless the client caused the failure. Without the pause, a machine
/// that has run out of sockets would loop and fill the log.
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
    traffic: Arc<Traffic>,
) -> Result<Response<Body>, Infallible> {
    let in_flight = InFlight::of(&traffic);
    request.extensions_mut().insert(ConnectInfo(peer));
    let has_body = !request.body().is_end_stream();
    traffic.is_unread.store(has_body, Ordering::SeqCst);
    let request = request.map(|body| Body::new(ReadBody { body, traffic }));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| {
        Body::new(CountedBody {
            body,
            _in_flight: in_flight,
        })
    }))
}

/// State of the requests of one connection.
#[derive(Default)]
struct Traffic {
    /// Number of requests whose response is not completely sent.
    open: AtomicUsize,
    /// Number of requests so far.
    begun: AtomicU64,
    /// True while a part of the last request's body is not read.
    is_unread: AtomicBool,
    /// The task that reads from the socket. Woken when a request ends, because waiting for the next
    /// request starts then.
    reader: AtomicWaker,
}

/// Counts a request as open until dropped.
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

/// A response body that keeps its request open until the body is dropped.
struct CountedBody {
    body: Body,
    _in_flight: InFlight,
}

impl HttpBody for CountedBody {
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

/// A request's body that notes when it was read to its end.
struct ReadBody {
    body: Incoming,
    traffic: Arc<Traffic>,
}

impl HttpBody for ReadBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.traffic.is_unread.store(false, Ordering::SeqCst);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The event for which a socket waits, and since when.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wait {
    /// The rest of a request's headers.
    Headers(Instant),
    /// The next request.
    Request(Instant),
}

/// A socket that closes if its client takes too long.
struct Socket<S> {
    stream: S,
    traffic: Arc<Traffic>,
    limits: TimeLimits,
    wait: Wait,
    /// Number of requests at the last change of `wait`.
    begun: u64,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
    farewell: Option<Farewell>,
}

/// Takes the rest of a body after its answer was sent.
struct Farewell {
    until: Instant,
    silence: Pin<Box<Sleep>>,
}

impl<S> Socket<S> {
    fn new(stream: S, traffic: Arc<Traffic>, limits: TimeLimits) -> Self {
        let now = Instant::now();
        Self {
            stream,
            traffic,
            limits,
            wait: Wait::Headers(now),
            begun: 0,
            reading: Box::pin(sleep_until(now + limits.headers)),
            writing: None,
            farewell: None,
        }
    }

    /// Restarts the wait for the next request if requests began since the last call.
    fn catch_up(&mut self) {
        let begun = self.traffic.begun.load(Ordering::SeqCst);
        if begun != self.begun {
            self.begun = begun;
            self.wait = Wait::Request(Instant::now());
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.traffic.open.load(Ordering::SeqCst) > 0 {
            return;
        }
        self.catch_up();
        if matches!(self.wait, Wait::Request(_)) {
            self.wait = Wait::Headers(Instant::now());
        }
    }

    /// Resolves with an error once the client has exceeded its limit.
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

    /// Fails if the client takes no data for too long.
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

impl Socket<TcpStream> {
    /// Takes and drops what the client still sends, until it ends or takes too long.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let limit = self.limits.lingering;
        let farewell = self.farewell.get_or_insert_with(|| Farewell {
            until: Instant::now() + limit * LINGERING,
            silence: Box::pin(sleep(limit)),
        });
        let mut bytes = [0; 16 * 1024];
        loop {
            if farewell.silence.as_mut().poll(cx).is_ready() || Instant::now() > farewell.until {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    farewell.silence.as_mut().reset(Instant::now() + limit);
                }
                _ => return Poll::Ready(Ok(())),
            }
        }
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
        let this = self.get_mut();
        if this.farewell.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        match this.traffic.is_unread.load(Ordering::SeqCst) {
            true => this.poll_farewell(cx),
            false => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests;

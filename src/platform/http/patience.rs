//! Limits the time of a request: the client's time to send the body, and our time to answer. A page
//! that hangs is rendered once more.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::Semaphore;
use tokio::time::{Instant, Sleep, sleep_until};

use super::connections::TimeLimits;
use super::layers::plain;

/// Interval for checking whether a body is still arriving.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Answers 408 if the body does not arrive in time, and 503 if the answer takes too long.
pub async fn limit(State(limits): State<TimeLimits>, request: Request, next: Next) -> Response {
    let arrival = Arrival::default();
    let path = request.uri().path().to_owned();
    let request = match request.body().is_end_stream() {
        true => request,
        false => request.map(|body| Body::new(Arriving::new(body, arrival.clone(), limits))),
    };
    let started = Instant::now();
    let mut deadline = started + limits.answer;
    let mut answer = std::pin::pin!(answer(request, next, limits.render_again));
    loop {
        tokio::select! {
            biased;
            response = &mut answer => return match arrival.lock().is_given_up {
                true => plain(
                    StatusCode::REQUEST_TIMEOUT,
                    "What you sent did not arrive in time, so nothing was changed. Please try again.",
                ),
                false => response,
            },
            () = sleep_until(deadline) => {}
        }
        let now = Instant::now();
        let arrival = arrival.lock();
        // Waiting for the body does not count here, because that wait has its own limit.
        let due = started + limits.answer + arrival.waited(now);
        if arrival.since.is_none() && due <= now {
            break;
        }
        deadline = due.max(now + LOOK_AGAIN);
    }
    tracing::error!(path, "the answer took too long and was given up");
    plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "That took too long and was given up. Please try again.",
    )
}

/// Allows one page at a time to be rendered once more, so that an overloaded server does not get
/// twice the work.
static SECOND: Semaphore = Semaphore::const_new(1);

/// Answers the request. A page that takes long is rendered once more, and the first answer counts:
/// in rare cases Leptos' asynchronous rendering waits for a wake-up that never comes (0.8.23, see
/// leptos-rs/leptos#4851).
async fn answer(request: Request, next: Next, render_again: Duration) -> Response {
    let Some(copy) = copy_of_page(&request) else {
        return next.run(request).await;
    };
    let mut first = std::pin::pin!(next.clone().run(request));
    tokio::select! {
        biased;
        response = &mut first => return response,
        () = tokio::time::sleep(render_again) => {}
    }
    let Ok(_permit) = SECOND.try_acquire() else {
        return first.await;
    };
    tracing::warn!(
        path = copy.uri().path(),
        "a page takes long and is rendered once more"
    );
    tokio::select! {
        biased;
        response = first => response,
        response = next.run(copy) => response,
    }
}

/// Returns the same request if it only loads a page.
fn copy_of_page(request: &Request) -> Option<Request> {
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    if request.method() != Method::GET || !accept.contains("text/html") {
        return None;
    }
    let mut copy = Request::new(Body::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// Progress of receiving a body.
#[derive(Default)]
struct BodyProgress {
    /// Total of the completed waits for the client.
    before: Duration,
    /// Start of the current wait, if any.
    since: Option<Instant>,
    is_given_up: bool,
}

impl BodyProgress {
    fn waited(&self, now: Instant) -> Duration {
        let current = self.since.map_or(Duration::ZERO, |since| now - since);
        self.before + current
    }

    fn end_wait(&mut self, now: Instant) {
        self.before = self.waited(now);
        self.since = None;
    }
}

#[derive(Clone, Default)]
struct Arrival(Arc<Mutex<BodyProgress>>);

impl Arrival {
    fn lock(&self) -> MutexGuard<'_, BodyProgress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request body that fails if it takes too long to arrive.
struct Arriving {
    body: Body,
    arrival: Arrival,
    limits: TimeLimits,
    received: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    fn new(body: Body, arrival: Arrival, limits: TimeLimits) -> Self {
        Self {
            body,
            arrival,
            limits,
            received: 0,
            timer: None,
        }
    }

    /// Returns the total wait that the bytes received so far allow.
    fn allowed(&self) -> Duration {
        let earned = self.received as f64 / f64::from(self.limits.body_rate.max(1));
        self.limits.body + Duration::from_secs_f64(earned)
    }

    fn poll_given_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let allowed = self.allowed();
        let mut progress = self.arrival.lock();
        let since = *progress.since.get_or_insert(now);
        let deadline = since + allowed.saturating_sub(progress.before);
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        let given_up = timer.as_mut().poll(cx);
        progress.is_given_up |= given_up.is_ready();
        given_up
    }
}

/// A body that is dropped is no longer waited for.
impl Drop for Arriving {
    fn drop(&mut self) {
        self.arrival.lock().end_wait(Instant::now());
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) else {
            return this.poll_given_up(cx).map(|()| {
                let error = io::Error::new(io::ErrorKind::TimedOut, "the body did not arrive");
                Some(Err(axum::Error::new(error)))
            });
        };
        this.arrival.lock().end_wait(Instant::now());
        if let Some(Ok(frame)) = &frame {
            this.received += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
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

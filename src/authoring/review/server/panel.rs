//! Renders the review of a topic with its forms as HTML. The browser has no view of it, and loads
//! it again after each form.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::comments::stands_in;
use super::notices;
use super::store::{self, DraftCommentRow, FellowTutor, ReviewRow, open_words};
use crate::authoring::editor::server::draft::{CurrentText, EditedTopic};
use crate::authoring::editor::server::source;
use crate::authoring::review::api::{CommentOnDraft, ResolveComment, ReviewTopic};
use crate::authoring::review::{
    COMMENT_CHARACTERS, QUOTE, QUOTE_CHARACTERS, ReviewState, ReviewStep,
};
use crate::paths::edit_path;
use crate::platform::auth::guard::TutorOf;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::http::flash::Flash;
use crate::platform::time::Clock;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Erase, Form, FormState, Html, Select, TextArea, Tone,
};

/// Everything that the panel shows.
struct ReviewPanel<'a> {
    course: &'a str,
    topic: String,
    text: String,
    revision: i32,
    is_mine: bool,
    review: Option<ReviewRow>,
    comments: Vec<DraftCommentRow>,
    fellows: Vec<FellowTutor>,
    flash: Option<&'a Flash>,
    clock: Clock,
}

/// Renders the review of a topic for a tutor, and marks its notifications as read unless they look
/// at a course as somebody else.
pub async fn panel(
    conn: &mut Conn,
    (tutor, course): (&TutorOf, &str),
    topic: &EditedTopic,
    current: &CurrentText,
) -> AppResult<Html> {
    let (cx, me) = (&tutor.signed_in.cx, tutor.signed_in.user_id());
    let review = store::review(conn, topic.topic_id).await?;
    let panel = ReviewPanel {
        course,
        topic: topic.topic_id.to_string(),
        text: source::written(&current.text),
        revision: current.revision,
        is_mine: review
            .as_ref()
            .is_some_and(|review| review.requested_by == Some(me)),
        review,
        comments: store::comments(conn, topic.topic_id).await?,
        fellows: store::fellows(conn, tutor.course, me).await?,
        flash: cx.flash.as_ref(),
        clock: Clock::of(cx),
    };
    if cx.may_write() {
        notices::seen(conn, me, topic.topic_id).await?;
    }
    let page = edit_path(course, &topic.slug);
    let around = Owner::current();
    let html = Owner::new_root(None).with(|| panel.whole(page).to_html());
    // A new root takes the place of the page's own owner.
    if let Some(around) = around {
        around.set();
    }
    Ok(Html(html))
}

impl ReviewPanel<'_> {
    fn form(&self, path: &'static str) -> FormState {
        FormState::after(path, self.flash.filter(|flash| flash.form == path))
    }

    fn whole(&self, page: String) -> AnyView {
        let roots = self
            .comments
            .iter()
            .filter(|comment| comment.parent_id.is_none());
        let (open, resolved): (Vec<_>, Vec<_>) =
            roots.partition(|comment| comment.resolved_at.is_none());
        let count = match open.len() {
            0 => "No open comments.".to_owned(),
            open => format!("{}.", open_words(open as i64)),
        };
        let threads = |comments: Vec<&DraftCommentRow>| {
            let threads = comments.into_iter().map(|comment| self.thread(comment));
            view! { <ol class="review-threads">{threads.collect_view()}</ol> }
        };
        let many = resolved.len();
        let resolved = (many > 0).then(|| {
            view! {
                <details>
                    <summary>{format!("Resolved comments ({many})")}</summary>
                    {threads(resolved)}
                </details>
            }
        });
        view! {
            <div class="stack" data-page=page>
                {self.state()}
                {self.steps()}
                <h3>"Comments"</h3>
                <p class="soft">{count}</p>
                {threads(open)}
                {self.new_comment()}
                {resolved}
            </div>
        }
        .erase()
    }

    /// The state of the review in words.
    fn state(&self) -> AnyView {
        let Some(review) = &self.review else {
            let words = "Nobody has been asked to review this draft.";
            return view! { <p class="soft">{words}</p> }.erase();
        };
        let when = self.clock.ago(review.requested_at);
        let asked = match (review.reviewer_id, review.reviewer.as_str()) {
            (Some(_), name) if !name.is_empty() => name,
            _ => "all tutors of the course",
        };
        let is_changed = review
            .revision
            .is_some_and(|revision| revision < self.revision);
        let since = match is_changed {
            true => " The text has changed since.",
            false => "",
        };
        let (tone, words) = match review.state() {
            ReviewState::Ready => (
                Tone::Info,
                format!("{} asked {asked} for a review {when}.", review.requester),
            ),
            ReviewState::Approved => (
                Tone::Ok,
                format!("{} approved this draft.{since}", review.decider),
            ),
            ReviewState::ChangesWanted => (
                Tone::Warn,
                format!("{} wants changes.{since}", review.decider),
            ),
        };
        let note = (!review.note.is_empty())
            .then(|| view! { <blockquote class="review-note" dir="auto">{review.note.clone()}</blockquote> });
        view! {
            <p>
                <Badge tone=tone text=review.state().label() />
                " "
                {words}
            </p>
            {note}
        }
        .erase()
    }

    /// The forms that ask for a review, take that back or decide.
    fn steps(&self) -> AnyView {
        let form = self.form(ReviewTopic::PATH);
        let (course, topic) = (self.course.to_owned(), self.topic.clone());
        let is_ready = self.review.as_ref().map(ReviewRow::state) == Some(ReviewState::Ready);
        let inside = match (is_ready, self.is_mine) {
            (true, true) => step(ReviewStep::Withdraw, ButtonKind::Quiet, "No longer ready"),
            (true, false) => view! {
                <TextArea
                    id="ly-review-note"
                    name="note"
                    label="Note to the writer"
                    value=form.value("note", "")
                    error=form.error("note")
                    max_length=COMMENT_CHARACTERS
                />
                <div class="row">
                    {step(ReviewStep::Approve, ButtonKind::Secondary, "Approve")}
                    {step(ReviewStep::WantChanges, ButtonKind::Secondary, "Want changes")}
                    {step(ReviewStep::Withdraw, ButtonKind::Quiet, "No longer ready")}
                </div>
            }
            .erase(),
            (false, _) => {
                let mut options = vec![(String::new(), "All tutors of the course".to_owned())];
                let fellows = self.fellows.iter();
                options.extend(
                    fellows.map(|fellow| (fellow.user_id.to_string(), fellow.name.clone())),
                );
                let alone = self.fellows.is_empty().then(|| {
                    view! { <p class="soft">"This course has no other tutor. Admins see that the draft is ready, too."</p> }
                });
                view! {
                    <Select
                        id="ly-reviewer"
                        name="reviewer"
                        label="Reviewer"
                        options=options
                        value=form.value("reviewer", "")
                        error=form.error("reviewer")
                        required=false
                        unmarked=true
                    />
                    {alone}
                    {step(ReviewStep::Request, ButtonKind::Secondary, "Ready for review")}
                }
                .erase()
            }
        };
        let seen = self.revision.to_string();
        view! {
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="topic" value=topic />
                <input type="hidden" name="seen" value=seen />
                {inside}
            </Form>
        }
        .erase()
    }

    fn thread(&self, comment: &DraftCommentRow) -> AnyView {
        let id = comment.comment_id.to_string();
        let stands = stands_in(&self.text, &comment.quote);
        let about = (!comment.quote.is_empty()).then(|| {
            let find = stands.then(|| {
                view! {
                    <button class="btn quiet review-live" type="button" data-find=comment.quote.clone()>
                        "Show in the text"
                    </button>
                }
            });
            let changed = (!stands)
                .then(|| view! { <p class="soft">"About a passage that changed. It was:"</p> });
            view! {
                {changed}
                <blockquote class="review-quote" dir="auto">{comment.quote.clone()}</blockquote>
                {find}
            }
        });
        let answers = self.comments.iter();
        let answers = answers
            .filter(|answer| answer.parent_id == Some(comment.comment_id))
            .map(|answer| view! { <li>{self.said(answer)}</li> })
            .collect_view();
        let is_open = comment.resolved_at.is_none();
        let resolved = (!is_open).then(|| {
            view! { <p class="soft">{format!("Resolved by {}.", comment.resolver)}</p> }
        });
        view! {
            <li id=format!("c-{id}") class="review-thread stack" tabindex="-1">
                {about}
                {self.said(comment)}
                <ol class="review-replies">{answers}</ol>
                {resolved}
                {is_open.then(|| self.answer(&id))}
                {self.resolve(&id, is_open)}
            </li>
        }
        .erase()
    }

    /// The words of a comment with its author.
    fn said(&self, comment: &DraftCommentRow) -> AnyView {
        view! {
            <p class="soft">
                <b dir="auto">{comment.author.clone()}</b>
                " "
                <time datetime=comment.created_at.to_rfc3339()>{self.clock.ago(comment.created_at)}</time>
            </p>
            <p class="review-words" dir="auto">{comment.body.clone()}</p>
        }
        .erase()
    }

    fn answer(&self, comment: &str) -> AnyView {
        let form = self.form(CommentOnDraft::PATH).of_item("parent", comment);
        let (course, topic) = (self.course.to_owned(), self.topic.clone());
        let (id, comment) = (format!("ly-answer-{comment}"), comment.to_owned());
        let is_open =
            form.problem().get_untracked().is_some() || !form.value("text", "").is_empty();
        view! {
            <details open=is_open>
                <summary>"Answer"</summary>
                <Form form=form>
                    <input type="hidden" name="course" value=course />
                    <input type="hidden" name="topic" value=topic />
                    <input type="hidden" name="parent" value=comment />
                    <TextArea
                        id=id
                        name="text"
                        label="Your answer"
                        value=form.value("text", "")
                        error=form.error("text")
                        max_length=COMMENT_CHARACTERS
                        unmarked=true
                    />
                    <Button kind=ButtonKind::Secondary>"Send answer"</Button>
                </Form>
            </details>
        }
        .erase()
    }

    fn resolve(&self, comment: &str, is_open: bool) -> AnyView {
        let form = self.form(ResolveComment::PATH).of_item("comment", comment);
        let (course, comment) = (self.course.to_owned(), comment.to_owned());
        let text = if is_open { "Resolve" } else { "Open again" };
        view! {
            <Form form=form class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="comment" value=comment />
                <input type="hidden" name="resolved" value=is_open.to_string() />
                <Button kind=ButtonKind::Quiet>{text}</Button>
            </Form>
        }
        .erase()
    }

    fn new_comment(&self) -> AnyView {
        let form = self.form(CommentOnDraft::PATH).of_item("parent", "");
        let (course, topic) = (self.course.to_owned(), self.topic.clone());
        view! {
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="topic" value=topic />
                <input type="hidden" name="parent" value="" />
                <TextArea
                    id=QUOTE
                    name="quote"
                    label="Passage"
                    hint="Copied from the text. Leave it empty to comment on the whole topic."
                    value=form.value("quote", "")
                    error=form.error("quote")
                    max_length=QUOTE_CHARACTERS
                />
                <button class="btn quiet review-live" type="button" data-quote="true">
                    "Take the selected passage"
                </button>
                <TextArea
                    id="ly-review-text"
                    name="text"
                    label="Comment"
                    value=form.value("text", "")
                    error=form.error("text")
                    max_length=COMMENT_CHARACTERS
                    unmarked=true
                />
                <Button kind=ButtonKind::Secondary>"Add comment"</Button>
            </Form>
        }
        .erase()
    }
}

fn step(step: ReviewStep, kind: ButtonKind, text: &'static str) -> AnyView {
    view! {
        <Button kind=kind name="step" value=step.name()>
            {text}
        </Button>
    }
    .erase()
}

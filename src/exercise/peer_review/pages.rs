//! Page on which a learner reviews a work, and the reviews on other pages.

use leptos::{prelude::*, server_fn};
use leptos_meta::Title;
use server_fn::ServerFn;

use super::api::{
    ReportPeerReview, SavePeerReview, SettlePeerReview, TakePeerReview, load_peer_review,
};
use super::{
    PeerPart, PeerReviewPage, PeerReviewStep, REPORT_CHARACTERS, REVIEW_CHARACTERS, ShownReview,
};
use crate::exercise::hand_in::pages::{links, text};
use crate::exercise::marking::AssignmentForm;
use crate::exercise::marking::pages::{criterion, shown_file};
use crate::platform::ids::ExerciseId;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Checkbox, Crumb, Erase, Field, Form, FormState, Notice, Page,
    TextArea, loaded, page_resource, path_part,
};

/// Forms of reviews on other pages.
#[derive(Clone, Copy)]
pub struct PeerForms {
    take: FormState,
    report: FormState,
    settle: FormState,
}

impl PeerForms {
    pub fn of_page() -> Self {
        Self {
            take: FormState::of(TakePeerReview::PATH),
            report: FormState::of(ReportPeerReview::PATH),
            settle: FormState::of(SettlePeerReview::PATH),
        }
    }
}

/// Shows what a learner has to review, and the reviews of their work.
pub fn peer_part(exercise: ExerciseId, part: PeerPart, forms: PeerForms) -> AnyView {
    let take = forms.take;
    let another = part.may_take.then(|| {
        view! {
            <Form form=take class="row">
                <input type="hidden" name="exercise" value=exercise.to_string() />
                <Button kind=ButtonKind::Secondary busy=take.busy()>
                    "Review another work"
                </Button>
            </Form>
        }
    });
    let problem = take.problem().get_untracked();
    let problem = problem.filter(|_| !part.may_take);
    let problem = problem.map(|problem| view! { <Notice>{problem}</Notice> });
    view! {
        <section class="stack" id="reviews" aria-labelledby="ly-reviews">
            <h2 class="label" id="ly-reviews">
                "Reviews"
            </h2>
            <div class="stack" inner_html=part.said.0></div>
            {problem}
            {another}
            {reviews(part.received, forms)}
        </section>
    }
    .erase()
}

/// Shows reviews of a work, with what the reader can do about each.
pub fn reviews(reviews: Vec<ShownReview>, forms: PeerForms) -> AnyView {
    let one = move |review: ShownReview| {
        let step = match review.step {
            PeerReviewStep::Nothing => ().erase(),
            PeerReviewStep::Report => report(&review, forms.report),
            PeerReviewStep::Settle => settle(&review, forms.settle),
        };
        view! {
            <div class="work-version stack">
                <div class="stack" inner_html=review.body.0></div>
                {step}
            </div>
        }
    };
    reviews.into_iter().map(one).collect_view().erase()
}

fn report(review: &ShownReview, form: FormState) -> AnyView {
    let id = review.review_id.to_string();
    let form = form.of_item("review", &id);
    let failed = form.error("reason").get_untracked().is_some();
    view! {
        <details class="soft" open=failed>
            <summary>"Report as unfair"</summary>
            <Form form=form>
                <input type="hidden" name="review" value=id.clone() />
                <TextArea
                    id=format!("ly-reason-{id}")
                    name="reason"
                    label="What is unfair about it?"
                    hint="Your tutors read it, and decide whether the review counts."
                    value=form.value("reason", "")
                    error=form.error("reason")
                    required=true
                    max_length=REPORT_CHARACTERS
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>"Report to tutors"</Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

fn settle(review: &ShownReview, form: FormState) -> AnyView {
    let id = review.review_id.to_string();
    let form = form.of_item("review", &id);
    view! {
        <Form form=form class="row">
            <input type="hidden" name="review" value=id />
            <Button kind=ButtonKind::Quiet name="act" value="leave-out" busy=form.busy()>
                "Leave out of the mark"
            </Button>
            <Button kind=ButtonKind::Quiet name="act" value="count" busy=form.busy()>
                "Let it count"
            </Button>
        </Form>
    }
    .erase()
}

pub fn peer_review_page() -> AnyView {
    let review = path_part("review");
    let page = page_resource(move || review.get(), load_peer_review);
    let form = FormState::of(SavePeerReview::PATH);
    view! { <Page title="Review">{loaded(page, move |page| review_page(page, form))}</Page> }
        .erase()
}

fn review_page(page: PeerReviewPage, form: FormState) -> AnyView {
    let language = page.course_title.language.clone();
    let (lang, dir) = (language.tag(), language.dir());
    let until = (!page.until.is_empty())
        .then(|| view! { <span>{format!("Please send it by {}.", page.until)}</span> });
    let files = page.files.iter().cloned().map(shown_file).collect_view();
    let back = page.back.clone();
    let bench = match page.sent.0.is_empty() {
        true => review_form(page.clone(), form),
        false => view! { <div class="stack" inner_html=page.sent.0.clone()></div> }.erase(),
    };
    view! {
        <Title text=format!("Review · {} · {}", page.exercise, page.course_title) />
        <div class="wide teach">
            <Breadcrumbs trail=vec![
                Crumb::new(page.exercise.clone(), back.clone()).in_language(&language),
                Crumb::new(page.author.clone(), ""),
            ] />
            <header class="stack">
                <h1>{page.author}</h1>
                <p class="row soft">{language.inline(page.exercise)} {until}</p>
            </header>
            <div class="marking">
                <section class="marking-work stack" aria-label="Work">
                    <details>
                        <summary>"Task"</summary>
                        <div class="prose" lang=lang dir=dir inner_html=page.brief.0></div>
                    </details>
                    {text(page.text)}
                    {links(page.links)}
                    {files}
                </section>
                <section class="marking-marks stack" aria-label="Your review">
                    {bench}
                    <p>
                        <a href=format!("{back}#reviews")>"Back to the exercise"</a>
                    </p>
                </section>
            </div>
        </div>
    }
    .erase()
}

fn review_form(page: PeerReviewPage, form: FormState) -> AnyView {
    let points = page.points;
    let criteria = page.criteria.into_iter().enumerate();
    let criteria = criteria
        .map(|(at, each)| criterion(at, each, points.get(at).copied().flatten(), form))
        .collect_view();
    view! {
        <Form form=form class="marking-form" guards=true>
            <input type="hidden" name="review" value=page.review_id.to_string() />
            {criteria}
            <TextArea
                name="feedback"
                label="Feedback"
                hint="Say what is good, and what would make it better. The author reads it."
                value=form.value("feedback", &page.feedback)
                error=form.error("feedback")
                unmarked=true
                max_length=REVIEW_CHARACTERS
            />
            // The enter key presses the first button.
            <div class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>"Save for later"</Button>
                <Button name="act" value="send" busy=form.busy()>
                    "Send review"
                </Button>
            </div>
            {form.said("Saved. The author sees it once you send it.")}
        </Form>
    }
    .erase()
}

/// The form of how the work of an assignment is reviewed.
pub fn peer_rules(page: &AssignmentForm, form: FormState) -> AnyView {
    // A form that came back without the box was sent without a tick.
    let came_back = !form.value("exercise", "").is_empty();
    let are_named = match came_back {
        true => !form.value("are_named", "").is_empty(),
        false => page.peers_are_named,
    };
    let (reviews, days) = (page.peer_reviews.to_string(), page.peer_days.to_string());
    let course = page.course_slug.clone();
    let exercise = page.exercise_id.to_string();
    view! {
        <section class="stack" aria-labelledby="ly-peers">
            <h2 id="ly-peers">"Reviews by other learners"</h2>
            <Form form=form class="stack exam-form">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="exercise" value=exercise />
                <Field
                    name="reviews"
                    label="Reviews that each learner gives and gets"
                    r#type="number"
                    value=form.value("reviews", &reviews)
                    hint="From 1 to 5. With 0, tutors mark. The mark is the median of the reviews, and a tutor’s mark replaces it."
                    error=form.error("reviews")
                    required=true
                />
                <Checkbox
                    name="are_named"
                    label="Learners see each other’s names"
                    hint="Otherwise authors and reviewers stay anonymous to each other."
                    checked=are_named
                />
                <Field
                    name="days"
                    label="Days for the reviews"
                    r#type="number"
                    value=form.value("days", &days)
                    hint="Work without enough reviews then waits in the marking queue."
                    error=form.error("days")
                    required=true
                />
                <div>
                    <Button kind=ButtonKind::Secondary busy=form.busy()>"Save reviews"</Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

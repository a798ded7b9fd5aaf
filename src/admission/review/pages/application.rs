//! Page of one application: its answers, decisions by buttons or keys, and the mail that follows.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

use super::{keys, mail_fields, state};
use crate::admission::orders::desk::api::UndoOrderMoney;
use crate::admission::review::api::{
    Decide, RecordPayment, ReleaseSeat, SaveDecisionMail, UndoDecision, load_review,
};
use crate::admission::review::{
    DecisionMail, QueueFilter, ReviewDecision, ReviewKey, ReviewPage, application_path, queue_path,
};
use crate::admission::{AskedQuestion, RegistrationStatus, undo_money};
use crate::platform::ids::RegistrationId;
use crate::platform::ui::{
    Button, ButtonKind, Dialog, DialogButton, Erase, Form, FormState, Kbd, Page, loaded,
    page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/admissions/OFFERING/APPLICATION`.
pub fn application_page() -> AnyView {
    let (course, id) = (path_part("course"), path_part("registration"));
    let filter = query_value("show");
    let page = page_resource(
        move || (course.get(), id.get(), filter.get()),
        |(course, id, filter)| {
            let id = Uuid::parse_str(&id).unwrap_or_default();
            load_review(course, RegistrationId(id), QueueFilter::parse(&filter))
        },
    );
    let forms = ReviewForms {
        decide: FormState::of(Decide::PATH),
        undo: FormState::of(UndoDecision::PATH),
        mail: FormState::of(SaveDecisionMail::PATH),
        payment: FormState::of(RecordPayment::PATH),
        release: FormState::of(ReleaseSeat::PATH),
        undo_payment: FormState::of(UndoOrderMoney::PATH),
    };
    keys::listen();
    let show = move |page: ReviewPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let above = queue_path(&course, page.offering_id, page.filter, 0);
        let heading =
            TeachHeading::name(page.line.name.clone()).below(page.offering_title.clone(), above);
        let inside = review(page, &course, forms);
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Application">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct ReviewForms {
    decide: FormState,
    undo: FormState,
    mail: FormState,
    payment: FormState,
    release: FormState,
    undo_payment: FormState,
}

fn review(page: ReviewPage, course: &str, forms: ReviewForms) -> AnyView {
    let facts = [
        ("Email", page.line.email.clone()),
        ("Phone", page.phone.clone()),
        ("About", page.about.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>{value}</dd>
        }
    })
    .collect_view();
    let history = page
        .history
        .iter()
        .map(|line| view! { <li>{line.clone()}</li> })
        .collect_view();
    view! {
        <div class="review">
            {others(&page, course)}
            <article class="review-one">
                <header class="row">
                    {state(&page.line)}
                    {walk(&page)}
                </header>
                {actions(&page, course, forms)}
                {undoable(&page, course, forms)}
                <dl class="apply-given">{facts}</dl>
                {answers(page.answers.clone())}
                <ul class="soft review-history">{history}</ul>
                {seat(&page, course, forms)}
            </article>
        </div>
        {help()}
    }
    .erase()
}

/// The queue beside the application.
fn others(page: &ReviewPage, course: &str) -> AnyView {
    let lines = page
        .others
        .iter()
        .map(|line| {
            let is_here = line.registration_id == page.line.registration_id;
            let href =
                application_path(course, page.offering_id, line.registration_id, page.filter);
            view! {
                <li>
                    <a href=href aria-current=is_here.then_some("page")>
                        <b>{line.name.clone()}</b>
                        {state(line)}
                    </a>
                </li>
            }
        })
        .collect_view();
    let empty = page
        .others
        .is_empty()
        .then(|| view! { <p class="soft">"Nothing is left here."</p> });
    view! {
        <nav class="review-list" aria-label=page.filter.label()>
            <p class="label">{page.filter.label()}</p>
            <ul>{lines}</ul>
            {empty}
        </nav>
    }
    .erase()
}

/// Links to the neighbors in the queue.
fn walk(page: &ReviewPage) -> AnyView {
    let link = |path: &Option<String>, key: ReviewKey, rel: &'static str, words: &'static str| {
        path.clone().map(|href| {
            view! {
                <a class="btn quiet" id=key.id() rel=rel href=href>
                    {words}
                    <Kbd key=key.key() />
                </a>
            }
        })
    };
    view! {
        <span class="review-walk">
            {link(&page.previous, ReviewKey::Previous, "prev", "Previous")}
            {link(&page.next, ReviewKey::Next, "next", "Next")}
            <DialogButton opens=keys::HELP kind=ButtonKind::Quiet>
                "Keys"
            </DialogButton>
        </span>
    }
    .erase()
}

fn decision_key(decision: ReviewDecision) -> Option<ReviewKey> {
    match decision {
        ReviewDecision::Accept => Some(ReviewKey::Accept),
        ReviewDecision::Waitlist => Some(ReviewKey::Waitlist),
        ReviewDecision::Reject => Some(ReviewKey::Reject),
        ReviewDecision::Review | ReviewDecision::Release => None,
    }
}

fn decision_button(decision: ReviewDecision, form: FormState) -> AnyView {
    let class = match decision {
        ReviewDecision::Accept => "btn",
        ReviewDecision::Review | ReviewDecision::Release => "btn quiet",
        ReviewDecision::Waitlist | ReviewDecision::Reject => "btn second",
    };
    let key = decision_key(decision);
    let busy = form.busy();
    view! {
        <button
            class=class
            id=key.map(ReviewKey::id)
            name="decision"
            value=decision.name()
            aria-busy=move || busy.get().then_some("true")
        >
            {decision.label()}
            {key.map(|key| view! { <Kbd key=key.key() /> })}
        </button>
    }
    .erase()
}

fn actions(page: &ReviewPage, course: &str, forms: ReviewForms) -> AnyView {
    let decide = (!page.decisions.is_empty()).then(|| {
        let buttons = page
            .decisions
            .iter()
            .map(|decision| decision_button(*decision, forms.decide))
            .collect_view();
        let (course, filter) = (course.to_owned(), page.filter.name());
        let offering = page.offering_id.to_string();
        let one = page.line.registration_id.to_string();
        view! {
            <Form form=forms.decide>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="offering" value=offering />
                <input type="hidden" name="one" value=one />
                <input type="hidden" name="show" value=filter />
                <div class="row">{buttons}</div>
            </Form>
        }
    });
    view! { {decide} }.erase()
}

/// Hidden fields by which the other forms name the application.
fn identity(page: &ReviewPage, course: &str) -> AnyView {
    view! {
        <input type="hidden" name="course" value=course.to_owned() />
        <input type="hidden" name="registration" value=page.line.registration_id.to_string() />
        <input type="hidden" name="show" value=page.filter.name() />
    }
    .erase()
}

/// The decision that can still be undone, with its mail.
fn undoable(page: &ReviewPage, course: &str, forms: ReviewForms) -> Option<AnyView> {
    let until = page.line.undo_until.clone()?;
    let done = page.line.status.label();
    let is_told = page.mail.is_some() || page.line.status == RegistrationStatus::Offered;
    let said = match is_told {
        true => {
            format!("{done}. The mail leaves at {until}, and until then you can undo this.")
        }
        false => format!("{done}. Nobody is told of this. Until {until} you can undo it."),
    };
    let label = match page.mail {
        Some(_) => "Mail about the decision",
        None => "Undo the decision",
    };
    let mail = page.mail.clone();
    let mail = mail.map(|mail| mail_form(mail, page, course, forms.mail));
    let busy = forms.undo.busy();
    let named = identity(page, course);
    let view = view! {
        <section class="panel review-mail" aria-label=label>
            <div class="row">
                <p role="status">{said}</p>
                <Form form=forms.undo class="row">
                    {named}
                    <button class="btn second" id=ReviewKey::Undo.id() aria-busy=move || busy.get().then_some("true")>
                        "Undo"
                        <Kbd key=ReviewKey::Undo.key() />
                    </button>
                </Form>
            </div>
            {mail}
        </section>
    };
    Some(view.erase())
}

/// The mail of a decision that was not told yet.
fn mail_form(mail: DecisionMail, page: &ReviewPage, course: &str, form: FormState) -> AnyView {
    let named = identity(page, course);
    view! {
            <details open=form.problem().get_untracked().is_some()>
                <summary>"Mail: " {mail.subject.clone()}</summary>
                <Form form=form>
                    {named}
                    {mail_fields(&mail, "The link to the application is added at the end.", form)}
                    <div class="row">
                        <Button kind=ButtonKind::Secondary busy=form.busy()>
                            "Save mail"
                        </Button>
                        <Button kind=ButtonKind::Quiet name="now" value="yes" busy=form.busy()>
                            "Save and send now"
                        </Button>
                    </div>
                </Form>
            </details>
    }
    .erase()
}

fn answers(answers: Vec<AskedQuestion>) -> AnyView {
    let pairs = answers
        .into_iter()
        .map(|asked| {
            let answer = match asked.answer.is_empty() {
                true => view! { <p class="soft">"Not answered"</p> }.erase(),
                false => view! { <p class="review-answer">{asked.answer}</p> }.erase(),
            };
            view! {
                <section>
                    <h2>{asked.prompt}</h2>
                    {answer}
                </section>
            }
        })
        .collect_view();
    view! { <div class="review-answers">{pairs}</div> }.erase()
}

/// Payment, and giving the seat to somebody else.
fn seat(page: &ReviewPage, course: &str, forms: ReviewForms) -> AnyView {
    let payment = page.line.is_unpaid.then(|| {
        let named = identity(page, course);
        view! {
            <Form form=forms.payment class="row">
                {named}
                <Button kind=ButtonKind::Secondary busy=forms.payment.busy()>
                    "Record as paid"
                </Button>
                <span class="soft">"The person is let in once the payment is recorded."</span>
            </Form>
        }
    });
    let undo = page.undoable.as_ref().map(|money| {
        let named = identity(page, course);
        undo_money(money, page.offering_id, forms.undo_payment, named)
    });
    let release = page.may_release.then(|| {
        let named = identity(page, course);
        view! {
            <details class="leave soft" open=forms.release.problem().get_untracked().is_some()>
                <summary>"Free this seat"</summary>
                <Form form=forms.release>
                    <p>"The person loses their seat, and the access that it gave. In ten minutes a mail tells them, and the seat is offered to the next person on the waitlist. Until then you can undo it, and edit the mail."</p>
                    {named}
                    <div>
                        <Button kind=ButtonKind::Danger busy=forms.release.busy()>
                            "Free the seat"
                        </Button>
                    </div>
                </Form>
            </details>
        }
    });
    view! {
        {payment}
        {undo}
        {release}
    }
    .erase()
}

fn help() -> AnyView {
    let lines = ReviewKey::ALL.map(|(key, _, help)| {
        view! {
            <div>
                <dt>
                    <Kbd key=key.key() />
                </dt>
                <dd>{help}</dd>
            </div>
        }
    });
    view! {
        <Dialog id=keys::HELP title="Keys">
            <dl class="keys">{lines.collect_view()}</dl>
        </Dialog>
    }
    .erase()
}

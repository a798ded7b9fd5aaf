//! The stages of an application.

use leptos::prelude::*;

use super::identity;
use crate::admission::apply::{Application, ApplicationStage, ApplyPage, apply_path};
use crate::admission::{
    ABOUT_CHARACTERS, ANSWER_CHARACTERS, AskedQuestion, OfferingFacts, OfferingStanding,
    PHONE_CHARACTERS, offering_facts,
};
use crate::platform::auth::{NAME_MAX, sign_in_path};
use crate::platform::ids::OfferingId;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Notice, TextArea, Tone, query_now, viewer,
};

/// The first stage: program and course, and the button to begin.
pub fn program(
    page: &ApplyPage,
    draft: Option<Application>,
    token: &str,
    start: FormState,
) -> AnyView {
    let offering = &page.offering;
    let description = (!offering.description.is_empty())
        .then(|| view! { <p class="apply-about">{offering.description.clone()}</p> });
    let is_open = matches!(
        page.standing,
        OfferingStanding::Apply
            | OfferingStanding::JoinWaitlist
            | OfferingStanding::ContinueApplication
    );
    let note = (!page.note.is_empty()).then(|| {
        let note = page.note.clone();
        view! { <Notice>{note}</Notice> }
    });
    let lost = (!token.is_empty() && draft.is_none()).then(|| {
        view! { <Notice tone=Tone::Warn>"This link no longer works. Enter your email address to get a new one. What you saved is kept."</Notice> }
    });
    let label = page.label.clone();
    let payment = (!offering.is_free).then(|| {
        view! { <p class="soft">{format!("{} arranges the payment with you after you have applied.", page.school)}</p> }
    });
    let action = match (draft, page.standing) {
        (Some(draft), _) if is_open => view! {
            <div class="row">
                <Button href=draft.stage.path(offering.offering_id, token)>"Continue your application"</Button>
            </div>
        }
        .erase(),
        (None, _) if is_open => begin(page, start),
        (_, OfferingStanding::Continue | OfferingStanding::StartLearning) => view! {
            <p>"You have all that this offering gives."</p>
            {page.onward.clone().map(|href| onward(href, label))}
        }
        .erase(),
        _ => page
            .onward
            .clone()
            .map(|href| onward(href, label))
            .erase(),
    };
    view! {
        {lost}
        {offering_facts(offering)}
        {description}
        {note}
        {payment}
        {action}
        {others(&page.others)}
    }
    .erase()
}

/// The button of a person who has a seat.
pub fn onward(href: String, label: String) -> AnyView {
    view! {
        <div class="row">
            <Button big=true href=href>
                {label}
            </Button>
        </div>
    }
    .erase()
}

/// The form that begins an application.
fn begin(page: &ApplyPage, form: FormState) -> AnyView {
    let offering = page.offering.offering_id;
    let label = match page.standing {
        OfferingStanding::JoinWaitlist => "Apply for the waitlist",
        _ => "Start your application",
    };
    if let Some(viewer) = viewer() {
        return view! {
            <Form form=form>
                {identity(offering, "")}
                <p class="soft">{format!("You apply as {} ({}).", viewer.display_name, viewer.email)}</p>
                <div class="row">
                    <Button big=true busy=form.busy()>
                        {label}
                    </Button>
                </div>
            </Form>
        }
        .erase();
    }
    let sent = (query_now("sent") == "yes").then(|| {
        view! { <Notice tone=Tone::Ok title="Check your email">"We have sent a link to your address. It opens your application, on any device. If no mail arrives within a few minutes, look into your spam folder or send the form again."</Notice> }
    });
    view! {
        {sent}
        <Form form=form>
            <input type="hidden" name="offering" value=offering.to_string() />
            <Field
                name="email"
                label="Your email address"
                r#type="email"
                hint="We send you a link that opens your application. You need no account."
                autocomplete="email"
                required=true
                value=form.value("email", "")
                error=form.error("email")
            />
            <div class="row">
                <Button big=true busy=form.busy()>
                    {label}
                </Button>
            </div>
            <p class="soft">
                "Already have an account? "
                <a href=sign_in_path(&apply_path(offering))>"Sign in"</a>
                " and apply with it."
            </p>
        </Form>
    }
    .erase()
}

fn others(others: &[OfferingFacts]) -> AnyView {
    if others.is_empty() {
        return ().erase();
    }
    let lines = others
        .iter()
        .map(|other| {
            view! {
                <li>
                    <a href=apply_path(other.offering_id)>{other.title.clone()}</a>
                    <p class="soft">{other.line()}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Other ways to take this course"</h2>
            <ul class="apply-others">{lines}</ul>
        </section>
    }
    .erase()
}

/// The second stage.
pub fn details(draft: &Application, offering: OfferingId, token: &str, form: FormState) -> AnyView {
    let draft = draft.clone();
    let identity = identity(offering, token);
    let back = back(ApplicationStage::Program, offering, token);
    view! {
        <Form form=form>
            {identity}
            <h2>"Your details"</h2>
            <p class="soft">"You apply with the email address " <b>{draft.email.clone()}</b> "."</p>
            <Field
                name="name"
                label="Your name"
                hint="As it should be on your certificate."
                autocomplete="name"
                required=true
                max_length=NAME_MAX
                value=form.value("name", &draft.name)
                error=form.error("name")
            />
            <Field
                name="phone"
                label="Phone"
                r#type="tel"
                autocomplete="tel"
                max_length=PHONE_CHARACTERS
                value=form.value("phone", &draft.phone)
                error=form.error("phone")
            />
            <TextArea
                name="about"
                label="What should we know about you?"
                hint="For example what you do, and what you need to take part."
                max_length=ABOUT_CHARACTERS
                value=form.value("about", &draft.about)
                error=form.error("about")
            />
            <div class="row">
                <Button busy=form.busy()>"Save and continue"</Button>
                {back}
            </div>
        </Form>
    }
    .erase()
}

fn back(to: ApplicationStage, offering: OfferingId, token: &str) -> AnyView {
    let href = to.path(offering, token);
    view! {
        <Button kind=ButtonKind::Quiet href=href>
            "Back"
        </Button>
    }
    .erase()
}

/// The third stage.
pub fn questions(
    draft: Application,
    offering: OfferingId,
    token: &str,
    form: FormState,
) -> AnyView {
    let identity = identity(offering, token);
    let back = back(ApplicationStage::Details, offering, token);
    let none = draft.questions.is_empty().then(|| {
        view! { <p>"There are no questions for this offering. Go on to review your application."</p> }
    });
    let fields = draft
        .questions
        .into_iter()
        .map(|asked| match asked.options.is_empty() {
            true => words(asked, form),
            false => choice(asked, form),
        })
        .collect_view();
    view! {
        <Form form=form>
            {identity}
            <h2>"Questions"</h2>
            {none}
            {fields}
            <div class="row">
                <Button busy=form.busy()>"Save and continue"</Button>
                {back}
            </div>
        </Form>
    }
    .erase()
}

fn field_name(asked: &AskedQuestion) -> String {
    format!("answers[{}]", asked.key())
}

/// Error of a question. Its name is not known at compile time, so the signal is made here.
fn error_of(asked: &AskedQuestion, form: FormState) -> Signal<Option<String>> {
    let field = asked.question_id.to_string();
    form.error(&field)
}

fn words(asked: AskedQuestion, form: FormState) -> AnyView {
    let name = field_name(&asked);
    let value = form.value(&name, &asked.answer);
    let error = error_of(&asked, form);
    view! {
        <TextArea
            id=format!("ly-{}", asked.question_id)
            name=name
            label=asked.prompt
            required=asked.is_required
            max_length=ANSWER_CHARACTERS
            value=value
            error=error
        />
    }
    .erase()
}

fn choice(asked: AskedQuestion, form: FormState) -> AnyView {
    let name = field_name(&asked);
    let chosen = form.value(&name, &asked.answer);
    let error = error_of(&asked, form);
    let id = format!("ly-{}-error", asked.question_id);
    let described = id.clone();
    let is_required = asked.is_required;
    let options = asked
        .options
        .into_iter()
        .map(|option| {
            let is_chosen = option == chosen;
            let name = name.clone();
            view! {
                <label class="check">
                    <input
                        type="radio"
                        name=name
                        value=option.clone()
                        checked=is_chosen
                        required=is_required
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                    />
                    <span>{option}</span>
                </label>
            }
        })
        .collect_view();
    let optional = (!is_required).then(|| view! { <span class="soft">" optional"</span> });
    view! {
        <fieldset class="apply-choice" aria-describedby=described>
            <legend class="control-label">{asked.prompt} {optional}</legend>
            {options}
            <p class="error" id=id hidden=move || error.with(Option::is_none)>
                {move || error.get()}
            </p>
        </fieldset>
    }
    .erase()
}

/// The last stage: everything at a glance, and all problems at once.
pub fn review(page: &ApplyPage, draft: Application, token: &str, form: FormState) -> AnyView {
    let offering = page.offering.offering_id;
    let problems = draft
        .problems
        .iter()
        .map(|(stage, sentence)| {
            let href = stage.path(offering, token);
            view! {
                <li>
                    {sentence.clone()} " "
                    <a href=href>{format!("Change {}", stage.label().to_lowercase())}</a>
                </li>
            }
        })
        .collect_view();
    let is_ready = draft.problems.is_empty();
    let problems = (!is_ready).then(|| {
        view! {
            <div class="notice warn" role="status">
                <div>
                    <b>"Something is missing"</b>
                    <ul>{problems}</ul>
                </div>
            </div>
        }
    });
    let happens = match (
        page.standing,
        page.offering.needs_review,
        page.offering.is_free,
    ) {
        (OfferingStanding::JoinWaitlist, false, _) => {
            "All seats are taken. You are put on the waitlist."
        }
        (_, true, _) => "Your application is read, and you get a mail once it is decided.",
        (_, false, true) => "You get your seat at once, if one is free.",
        (_, false, false) => {
            "A seat is kept for you, if one is free. The payment is arranged with you afterwards."
        }
    };
    let identity = identity(offering, token);
    let back = back(ApplicationStage::Questions, offering, token);
    view! {
        <h2>"Review your application"</h2>
        {problems}
        {summary(&draft, Some((offering, token)))}
        <Form form=form>
            {identity}
            <p class="soft">{happens}</p>
            <div class="row">
                <Button big=true busy=form.busy() disabled=Signal::from(!is_ready)>
                    "Submit application"
                </Button>
                {back}
            </div>
        </Form>
    }
    .erase()
}

/// Shows details and answers. `change` is the application, for links to its stages.
pub fn summary(application: &Application, change: Option<(OfferingId, &str)>) -> AnyView {
    let link = |stage: ApplicationStage, what: &'static str| {
        change.map(|(offering, token)| {
            let href = stage.path(offering, token);
            view! {
                <a href=href aria-label=format!("Change {what}")>
                    "Change"
                </a>
            }
        })
    };
    let facts = [
        ("Name", application.name.clone()),
        ("Email", application.email.clone()),
        ("Phone", application.phone.clone()),
        ("About you", application.about.clone()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let answers = application
        .questions
        .iter()
        .map(|asked| (asked.prompt.clone(), asked.answer.clone()))
        .collect();
    let questions = (!application.questions.is_empty()).then(|| {
        view! {
            <section class="apply-part">
                <div class="row">
                    <h3>"Questions"</h3>
                    {link(ApplicationStage::Questions, "answers")}
                </div>
                {given(answers)}
            </section>
        }
    });
    view! {
        <section class="apply-part">
            <div class="row">
                <h3>"Your details"</h3>
                {link(ApplicationStage::Details, "details")}
            </div>
            {given(facts)}
        </section>
        {questions}
    }
    .erase()
}

fn given(pairs: Vec<(String, String)>) -> AnyView {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| {
            let value = match value.is_empty() {
                true => view! { <dd class="soft">"Not answered"</dd> }.erase(),
                false => view! { <dd>{value}</dd> }.erase(),
            };
            view! {
                <dt>{name}</dt>
                {value}
            }
        })
        .collect_view();
    view! { <dl class="apply-given">{pairs}</dl> }.erase()
}

//! Page of an offering: its facts, its link, and for admins the queue of its applications.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

use super::select_all::with_select_all;
use super::{mail_fields, state};
use crate::admission::manage::api::SetOfferingOpen;
use crate::admission::manage::{edit_offering_path, questions_path};
use crate::admission::offering_facts;
use crate::admission::orders::desk::{OrderFilter, orders_path};
use crate::admission::review::api::{
    Decide, OfferSeats, SaveActMail, SaveMailTemplate, UndoDecisions, load_offering,
};
use crate::admission::review::{
    ApplicationQueue, DecisionMail, MAIL_CHARACTERS, OfferingPage, QueueFilter, QueueLine,
    ReviewDecision, SUBJECT_CHARACTERS, UndoableAct, application_path, queue_path,
};
use crate::platform::ids::OfferingId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Page,
    Pagination, Table, TextArea, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/admissions/OFFERING`.
pub fn offering_page() -> AnyView {
    let (course, offering) = (path_part("course"), path_part("offering"));
    let (filter, number, act) = (query_value("show"), query_value("page"), query_value("act"));
    let page = page_resource(
        move || {
            let place = (filter.get(), number.get(), act.get());
            (course.get(), offering.get(), place)
        },
        |(course, offering, (filter, number, act))| {
            let offering = Uuid::parse_str(&offering).unwrap_or_default();
            let number = number.parse().map_or(0, |number: i64| number - 1);
            load_offering(
                course,
                OfferingId(offering),
                QueueFilter::parse(&filter),
                number,
                act,
            )
        },
    );
    let forms = QueueForms {
        open: FormState::of(SetOfferingOpen::PATH),
        decide: FormState::of(Decide::PATH),
        undo: FormState::of(UndoDecisions::PATH),
        act_mail: FormState::of(SaveActMail::PATH),
        offer: FormState::of(OfferSeats::PATH),
        mail: FormState::of(SaveMailTemplate::PATH),
    };
    let show = move |page: OfferingPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let filter = QueueFilter::parse(&filter.get_untracked());
        let heading = TeachHeading::name(page.facts.title.clone());
        let inside = offering_view(page, &course, filter, forms);
        frame_below(&course, &title, Area::Admissions, heading, inside)
    };
    view! { <Page title="Offering">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct QueueForms {
    open: FormState,
    decide: FormState,
    undo: FormState,
    act_mail: FormState,
    offer: FormState,
    mail: FormState,
}

fn offering_view(
    page: OfferingPage,
    course: &str,
    filter: QueueFilter,
    forms: QueueForms,
) -> AnyView {
    let id = page.facts.offering_id;
    let (tone, state) = match page.is_open {
        true => (Tone::Ok, "Open"),
        false => (Tone::Neutral, "Closed"),
    };
    let tools = page
        .queue
        .is_some()
        .then(|| tools(course, id, page.is_open, forms));
    let join = join(&page);
    let queue = page
        .queue
        .map(|queue| queue_view(queue, course, id, filter, forms));
    view! {
        <p>
            <a href=Area::Admissions.path(course)>"All offerings"</a>
        </p>
        <div class="row">
            <Badge tone=tone text=state />
        </div>
        {offering_facts(&page.facts)}
        {tools}
        {join}
        {queue}
    }
    .erase()
}

fn tools(course: &str, offering: OfferingId, is_open: bool, forms: QueueForms) -> AnyView {
    let words = match is_open {
        true => "Close applications",
        false => "Open applications",
    };
    let questions = questions_path(course);
    let edit = edit_offering_path(course, offering);
    let orders = orders_path(course, offering, OrderFilter::All, 0);
    let course = course.to_owned();
    view! {
        <div class="row">
            <Button kind=ButtonKind::Secondary href=edit>
                "Edit"
            </Button>
            <Form form=forms.open class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="offering" value=offering.to_string() />
                <input type="hidden" name="open" value=(!is_open).to_string() />
                <Button kind=ButtonKind::Quiet busy=forms.open.busy()>
                    {words}
                </Button>
            </Form>
            <Button kind=ButtonKind::Quiet href=questions>
                "Application questions"
            </Button>
            <Button kind=ButtonKind::Quiet href=orders>
                "Orders"
            </Button>
        </div>
    }
    .erase()
}

/// Shows the enrollment code as text, link and QR code.
fn join(page: &OfferingPage) -> AnyView {
    let size = page.qr.size;
    view! {
        <details class="join">
            <summary>"Link to join: code " <b class="num">{page.code.clone()}</b></summary>
            <div class="join-inside">
                <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label="QR code of the link to join">
                    <path d=page.qr.path.clone()></path>
                </svg>
                <div class="stack">
                    <p>
                        <a href=format!("/join/{}", page.code)>{page.link.clone()}</a>
                    </p>
                    <p class="soft">"People who open this link or scan the code apply for this offering. They need no account to begin."</p>
                </div>
            </div>
        </details>
    }
    .erase()
}

fn queue_view(
    queue: ApplicationQueue,
    course: &str,
    offering: OfferingId,
    filter: QueueFilter,
    forms: QueueForms,
) -> AnyView {
    let chips = queue
        .counts
        .iter()
        .map(|&(shown, count)| {
            let href = queue_path(course, offering, shown, 0);
            view! {
                <a class="chip" href=href aria-current=(shown == filter).then_some("true")>
                    {shown.label()} " " <span class="num">{count}</span>
                </a>
            }
        })
        .collect_view();
    let offer = (queue.may_offer > 0).then(|| {
        let words = match queue.may_offer {
            1 => "Offer the free seat to the waitlist".to_owned(),
            count => format!("Offer {count} free seats to the waitlist"),
        };
        let course = course.to_owned();
        view! {
            <Form form=forms.offer class="row">
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="offering" value=offering.to_string() />
                <Button kind=ButtonKind::Secondary busy=forms.offer.busy()>
                    {words}
                </Button>
            </Form>
        }
    });
    let undo = queue
        .undoable
        .map(|act| undo(act, course, offering, filter, forms));
    let to = |page| queue_path(course, offering, filter, page);
    let previous = match queue.page {
        0 => String::new(),
        page => to(page - 1),
    };
    let next = match queue.has_more {
        true => to(queue.page + 1),
        false => String::new(),
    };
    view! {
        <section class="stack">
            <h2>"Applications"</h2>
            <nav class="chips" aria-label="Filter applications">
                {chips}
            </nav>
            {undo}
            {offer}
            {applications(queue.lines, course, offering, filter, forms.decide)}
            <Pagination previous=previous next=next />
        </section>
        {templates(queue.mails, course, offering, forms.mail)}
    }
    .erase()
}

const ACT_MAIL_HINT: &str = "{name}, {course}, {offering} and {school} stand for the names. A mail that you changed on its own gets these words too.";

/// Says what was just decided about several applications, with the button that undoes it, and the
/// form of its mails.
fn undo(
    act: UndoableAct,
    course: &str,
    offering: OfferingId,
    filter: QueueFilter,
    forms: QueueForms,
) -> AnyView {
    let [named, named_again] = std::array::from_fn(|_| {
        let (course, offering) = (course.to_owned(), offering.to_string());
        let (act, filter) = (act.act.to_string(), filter.name());
        view! {
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="offering" value=offering />
            <input type="hidden" name="act" value=act />
            <input type="hidden" name="show" value=filter />
        }
        .erase()
    });
    let form = forms.act_mail;
    let mail = act.mail.map(|mail| {
        view! {
            <details class="mail-template" open=form.problem().get_untracked().is_some()>
                <summary>"Edit these mails"</summary>
                <Form form=form>
                    {named_again}
                    {mail_fields(&mail, ACT_MAIL_HINT, form)}
                    <div>
                        <Button kind=ButtonKind::Secondary busy=form.busy()>
                            "Save these mails"
                        </Button>
                    </div>
                </Form>
            </details>
        }
    });
    view! {
        <div class="notice ok review-undo">
            <p role="status">{act.said}</p>
            <Form form=forms.undo class="row">
                {named}
                <Button kind=ButtonKind::Secondary busy=forms.undo.busy()>
                    "Undo"
                </Button>
            </Form>
            {mail}
        </div>
    }
    .erase()
}

fn applications(
    lines: Vec<QueueLine>,
    course: &str,
    offering: OfferingId,
    filter: QueueFilter,
    form: FormState,
) -> AnyView {
    if lines.is_empty() {
        let (title, text) = match filter {
            QueueFilter::ToDecide => (
                "Nothing to decide",
                "New applications appear here as they arrive.",
            ),
            _ => (
                "No applications here",
                "Choose another filter to see the others.",
            ),
        };
        return view! { <EmptyState glyph=Glyph::User title=title text=text /> }.erase();
    }
    let can_decide = matches!(
        filter,
        QueueFilter::ToDecide | QueueFilter::Waitlisted | QueueFilter::Rejected | QueueFilter::All
    );
    let mut columns = vec![
        Column::new("Applicant"),
        Column::new("Submitted"),
        Column::new("Status"),
    ];
    if can_decide {
        columns.insert(0, Column::new("Choose").silent());
    }
    let shown = lines
        .iter()
        .filter(|_| can_decide)
        .map(|line| {
            let id = line.registration_id.to_string();
            view! { <input type="hidden" name="shown[]" value=id /> }
        })
        .collect_view();
    let rows = lines
        .into_iter()
        .map(|line| {
            let (submitted, exactly) = line.submitted.clone();
            let href = application_path(course, offering, line.registration_id, filter);
            let choose = can_decide.then(|| {
                view! {
                    <td>
                        <input
                            type="checkbox"
                            name="registrations[]"
                            value=line.registration_id.to_string()
                            aria-label=format!("Choose {}", line.name)
                        />
                    </td>
                }
            });
            view! {
                <tr>
                    {choose} <td>
                        <a href=href>{line.name.clone()}</a>
                        <p class="soft">{line.email.clone()}</p>
                    </td> <td>
                        <time datetime=exactly>{submitted}</time>
                    </td> <td>{state(&line)}</td>
                </tr>
            }
        })
        .collect_view();
    let buttons = can_decide.then(|| {
        let buttons = ReviewDecision::TOLD.map(|decision| {
            let kind = match decision {
                ReviewDecision::Accept => ButtonKind::Primary,
                _ => ButtonKind::Secondary,
            };
            view! {
                <Button kind=kind name="decision" value=decision.name() busy=form.busy()>
                    {decision.label()}
                </Button>
            }
        });
        view! {
            <div class="row">
                <span class="soft">"Chosen applications:"</span>
                {buttons.collect_view()}
            </div>
            <p class="soft">"A decision is told by mail after ten minutes. Until then you can undo it, and edit its mail, on the page of the application."</p>
        }
    });
    let course = course.to_owned();
    let table = view! {
        <Table label="Applications" columns=columns>
            {rows}
        </Table>
    }
    .erase();
    let table = match can_decide {
        true => with_select_all(table),
        false => table,
    };
    view! {
        <Form form=form>
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="offering" value=offering.to_string() />
            <input type="hidden" name="show" value=filter.name() />
            {shown}
            {table}
            {buttons}
        </Form>
    }
    .erase()
}

/// Forms for the words of the offering's mails.
fn templates(
    mails: Vec<(ReviewDecision, DecisionMail)>,
    course: &str,
    offering: OfferingId,
    form: FormState,
) -> AnyView {
    let failed = form.value("decision", "");
    let forms = mails
        .into_iter()
        .map(|(decision, mail)| {
            let name = decision.name();
            // Typed values come back only into the form that was sent.
            let is_sent = failed == name;
            let value = |field: &str, stored: &str| match is_sent {
                true => form.value(field, stored),
                false => stored.to_owned(),
            };
            let (subject, text) = (value("subject", &mail.subject), value("text", &mail.text));
            let what = match decision {
                ReviewDecision::Accept => "Accepted",
                ReviewDecision::Waitlist => "Waitlisted",
                ReviewDecision::Release => "Seat given up",
                ReviewDecision::Reject | ReviewDecision::Review => "Rejected",
            };
            let course = course.to_owned();
            view! {
                <details class="mail-template" open=is_sent>
                    <summary>{what}</summary>
                    <Form form=form>
                        <input type="hidden" name="course" value=course />
                        <input type="hidden" name="offering" value=offering.to_string() />
                        <input type="hidden" name="decision" value=name />
                        <Field
                            id=format!("ly-subject-{name}")
                            name="subject"
                            label="Subject"
                            required=true
                            max_length=SUBJECT_CHARACTERS
                            value=subject
                        />
                        <TextArea
                            id=format!("ly-text-{name}")
                            name="text"
                            label="Text"
                            required=true
                            max_length=MAIL_CHARACTERS
                            value=text
                        />
                        <div>
                            <Button kind=ButtonKind::Secondary busy=form.busy()>
                                "Save mail"
                            </Button>
                        </div>
                    </Form>
                </details>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>"Mails about decisions"</h2>
            <p class="soft">
                "These words go into the mails of new decisions, with " <code>"{name}"</code> ", " <code>"{course}"</code> ", "
                <code>"{offering}"</code> " and " <code>"{school}"</code>
                " replaced. The link to the application is added at the end."
            </p>
            {forms}
        </section>
    }
    .erase()
}

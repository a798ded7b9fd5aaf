//! Page of a course: description, syllabus, tutors, and the buttons to enroll and to leave.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::{Meta, Title};

use super::list::pace;
use crate::admission::{AdmissionPanel, OfferingStanding, offering_facts};
use crate::catalog::api::load_course;
use crate::catalog::{self, EnrollmentOption, TutorCard};
use crate::course::duration;
use crate::enrollment::api::{Enroll, Withdraw};
use crate::platform::auth::{sign_in_path, sign_up_path};
use crate::platform::ui::course_picture;
use crate::platform::ui::{
    Avatar, Breadcrumbs, Button, ButtonKind, Erase, Form, FormState, Html, Language, Notice, Page,
    Tone, loaded, page_resource, path_part,
};

pub fn course_page() -> AnyView {
    let slug = path_part("course");
    let page = page_resource(move || slug.get(), load_course);
    let forms = CourseForms {
        enroll: FormState::of(Enroll::PATH),
        leave: FormState::of(Withdraw::PATH),
    };
    view! { <Page title="Course">{loaded(page, move |page| course(page, forms))}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct CourseForms {
    enroll: FormState,
    leave: FormState,
}

fn course(page: catalog::CoursePage, forms: CourseForms) -> AnyView {
    let card = &page.card;
    let trail = vec![
        ("Courses".to_owned(), "/courses".to_owned()),
        (card.title.clone(), String::new()),
    ];
    let meta = [
        card.level.label().to_owned(),
        duration(card.reading_minutes),
        pace(card).to_owned(),
    ];
    let by = (!page.authors.is_empty())
        .then(|| view! { <span>{format!("by {}", page.authors.join(", "))}</span> });
    let draft = (!page.is_published).then(|| view! { <Notice tone=Tone::Warn>"This course is not published. Only its tutors and admins see this page."</Notice> });
    let language = &card.language;
    let (lang, dir) = (language.tag(), language.dir());
    view! {
        <Title text=card.title.clone() />
        <Meta name="description" content=card.summary.clone() />
        <div class="wide course-page">
            {draft}
            <header class="course-head">
                <div>
                    <Breadcrumbs trail=trail />
                    <h1 lang=lang.clone() dir=dir>
                        {card.title.clone()}
                    </h1>
                    <p class="lead" lang=lang dir=dir>
                        {card.summary.clone()}
                    </p>
                    <div class="meta">{meta.map(|text| view! { <span>{text}</span> }).collect_view()} {by}</div>
                </div>
                <div class="course-art">{course_picture(card.slug.clone(), card.thumbnail.clone())}</div>
            </header>
            <div class="course-cols">
                <div class="course-main">
                    {outcomes(page.outcomes.clone(), language)} {syllabus(page.syllabus.clone())} {tutors(page.tutors.clone())}
                    {about(page.description.clone(), language, page.license.clone())}
                </div>
                {panel(&page, forms)}
            </div>
        </div>
    }
    .erase()
}

fn outcomes(outcomes: Vec<String>, language: &Language) -> AnyView {
    if outcomes.is_empty() {
        return ().erase();
    }
    view! {
        <section class="outcomes">
            <h2>"What you will learn"</h2>
            <ul lang=language.tag() dir=language.dir()>
                {outcomes.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}
            </ul>
        </section>
    }
    .erase()
}

fn syllabus(Html(html): Html) -> AnyView {
    view! {
        <section class="syllabus">
            <h2>"Syllabus"</h2>
            <div inner_html=html></div>
        </section>
    }
    .erase()
}

fn tutors(tutors: Vec<TutorCard>) -> AnyView {
    if tutors.is_empty() {
        return ().erase();
    }
    let cards = tutors.into_iter().map(|tutor| {
        view! {
            <article class="tutor">
                <Avatar name=tutor.name.clone() picture=tutor.picture.unwrap_or_default() big=true />
                <div>
                    <h3>{tutor.name}</h3>
                    <p class="soft">{tutor.headline}</p>
                    <p>{tutor.bio}</p>
                </div>
            </article>
        }
    });
    view! {
        <section class="tutors">
            <h2>"Tutors"</h2>
            {cards.collect_view()}
        </section>
    }
    .erase()
}

fn about(Html(html): Html, language: &Language, license: Option<String>) -> AnyView {
    view! {
        <section class="about">
            <h2>"About this course"</h2>
            <div class="prose" lang=language.tag() dir=language.dir() inner_html=html></div>
            {license.map(|license| view! { <p class="soft">"License: " {license}</p> })}
        </section>
    }
    .erase()
}

fn panel(page: &catalog::CoursePage, forms: CourseForms) -> AnyView {
    let card = page.card.clone();
    let (main, others) = page.offerings();
    let has_offering = main.is_some();
    let kind = match has_offering {
        true => ButtonKind::Secondary,
        false => ButtonKind::Primary,
    };
    let enrollment = enrollment(page, kind, has_offering, forms);
    let main = main.cloned().map(offering);
    // The price of an offering is among its facts.
    let price = (!matches!(page.enrollment, EnrollmentOption::Closed(_)) || !has_offering)
        .then(|| view! { <p class="price">{card.price.label()}</p> });
    let facts = [
        ("Topics", card.topic_count.to_string()),
        ("Questions", card.question_count.to_string()),
        ("Reading time", duration(card.reading_minutes)),
        ("Pace", pace(&card).to_owned()),
    ];
    view! {
        <aside class="enroll panel" aria-label="Enroll">
            {price}
            {main}
            {enrollment}
            {offerings(others)}
            <dl class="facts">
                {facts
                    .map(|(name, value)| {
                        view! {
                            <dt>{name}</dt>
                            <dd class="num">{value}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </aside>
    }
    .erase()
}

/// The button that enrolls, or leads on to the course. It is secondary below an offering.
fn enrollment(
    page: &catalog::CoursePage,
    kind: ButtonKind,
    has_offering: bool,
    forms: CourseForms,
) -> AnyView {
    let slug = page.card.slug.clone();
    let here = format!("/courses/{slug}");
    match &page.enrollment {
        EnrollmentOption::Enrolled {
            continue_at,
            has_begun,
            certificate,
            may_leave,
        } => {
            let verb = match has_begun {
                true => "Continue",
                false => "Start learning",
            };
            view! {
                <p class="soft">"You are enrolled."</p>
                <Button big=true kind=kind href=continue_at.clone()>
                    {verb}
                </Button>
                {certificate.clone().map(|href| view! { <a href=href>"Your certificate"</a> })}
                {may_leave.then(|| leave(slug, forms.leave))}
            }
            .erase()
        }
        EnrollmentOption::Coming(cohort) => {
            let label = OfferingStanding::StartsOn.label(&cohort.first_day);
            view! {
                <p class="soft">{format!("You have a seat in the cohort “{}”.", cohort.title)}</p>
                <Button big=true kind=kind href=cohort.path.clone()>
                    {label}
                </Button>
            }
            .erase()
        }
        EnrollmentOption::Open { has_left } => view! {
            {has_left.then(|| view! { <Notice>"You have left this course. Your progress is kept: enroll again to continue."</Notice> })}
            <Form form=forms.enroll>
                <input type="hidden" name="course" value=slug />
                <Button big=true kind=kind busy=forms.enroll.busy()>
                    "Enroll"
                </Button>
            </Form>
        }
        .erase(),
        EnrollmentOption::Visitor => view! {
            <Button big=true kind=kind href=sign_in_path(&here)>
                "Sign in to enroll"
            </Button>
            <p class="soft">"No account yet? " <a href=sign_up_path(&here)>"Create one"</a> ". It takes a minute."</p>
        }
        .erase(),
        // The offering says more.
        EnrollmentOption::Closed(_) if has_offering => ().erase(),
        EnrollmentOption::Closed(why) => view! { <p class="soft">{why.clone()}</p> }.erase(),
    }
}

/// The offering with the page's main button, which says where the viewer stands.
fn offering(panel: AdmissionPanel) -> AnyView {
    let label = panel.label.clone();
    let button = match panel.standing.is_idle() {
        true => view! { <p class="offering-state">{label}</p> }.erase(),
        false => view! {
            <Button big=true href=panel.path.clone()>
                {label}
            </Button>
        }
        .erase(),
    };
    let note = (!panel.note.is_empty()).then(|| view! { <p class="soft">{panel.note.clone()}</p> });
    view! {
        <section class="offering" aria-label="Offering">
            <h2>{panel.facts.title.clone()}</h2>
            {button}
            {note}
            {offering_facts(&panel.facts)}
        </section>
    }
    .erase()
}

/// The other offerings, each with a link.
fn offerings(panels: &[AdmissionPanel]) -> AnyView {
    if panels.is_empty() {
        return ().erase();
    }
    let lines = panels
        .iter()
        .map(|panel| {
            let (title, label) = (panel.facts.title.clone(), panel.label.clone());
            let step = match panel.standing.is_idle() {
                true => view! { <span class="offering-state">{label}</span> }.erase(),
                false => {
                    let spoken = format!("{label}: {title}");
                    view! {
                        <a href=panel.path.clone() aria-label=spoken>
                            {label}
                        </a>
                    }
                    .erase()
                }
            };
            view! {
                <li>
                    <h3>{title}</h3>
                    <p class="soft">{panel.facts.line()}</p>
                    <p>{step}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="offerings" aria-labelledby="ly-offerings">
            <h2 id="ly-offerings">"Ways to take part"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .erase()
}

/// Asks before leaving. `<details>` works without JavaScript.
fn leave(slug: String, form: FormState) -> AnyView {
    let open = form.problem().get_untracked().is_some();
    view! {
        <details class="leave soft" open=open>
            <summary>"Leave course"</summary>
            <Form form=form>
                <p>
                    "The course will no longer be among your courses. Your progress is kept, and you can enroll again at any time."
                </p>
                <input type="hidden" name="course" value=slug />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Leave this course"
                </Button>
            </Form>
        </details>
    }
    .erase()
}

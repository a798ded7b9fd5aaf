//! Pages of the study library.

mod card;
#[cfg(feature = "hydrate")]
mod keys;
mod material;
mod progress;
mod review;
mod settings;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::api::{
    AddMaterial, DeleteMaterial, SpreadBacklog, TakeCourse, TrashMaterial, count_due, load_study,
    load_study_tags, load_trash,
};
use super::{
    BacklogPlan, MaterialLine, MaterialSource, QueueCounts, STUDY_NEW, STUDY_PROGRESS,
    STUDY_SETTINGS, STUDY_TRASH, SUBJECT_CHARACTERS, StudyHome, StudyQuery, TAGS_CHARACTERS,
    TEXT_CHARACTERS, TITLE_CHARACTERS, cards, material_path, review_path,
};
use crate::course::CourseTitle;
use crate::paths::{PATHS, STUDY};
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Crumb, EmptyState, Erase, Field, Form, FormState,
    Language, Notice, Page, Pagination, TextArea, Tone, loaded, page_resource, query_now,
    slash_focuses,
};
use crate::player::pages::learn_page;

pub use self::card::study_card_page;
pub use self::material::study_material_page;
pub use self::progress::study_progress_page;
pub use self::review::study_review_page;
pub use self::settings::study_settings_page;

/// The learner's home, with a link to the library.
pub fn learning_page() -> AnyView {
    let counts = page_resource(|| (), |()| count_due());
    let link = |counts: QueueCounts| {
        let text = match counts.all() {
            0 => "Study".to_owned(),
            count => format!("Study ({} for today)", cards(count)),
        };
        view! {
            <p class="wide">
                <a href=STUDY>{text}</a>
                " · "
                <a href=PATHS>"Paths"</a>
            </p>
        }
        .erase()
    };
    learn_page(loaded(counts, link))
}

#[derive(Clone, Copy)]
struct StudyForms {
    take: FormState,
    spread: FormState,
}

/// Page `/study`.
pub fn study_page() -> AnyView {
    let query = Memo::new(|_| asked());
    let page = page_resource(move || query.get(), load_study);
    let forms = StudyForms {
        take: FormState::of(TakeCourse::PATH),
        spread: FormState::of(SpreadBacklog::PATH),
    };
    slash_focuses("#study-search");
    let show = move |page: StudyHome| home(page, query.get_untracked(), forms);
    view! {
        <Page title="Study">
            <div class="wide stack study">
                <h1>"Study"</h1>
                {loaded(page, show)}
            </div>
        </Page>
    }
    .erase()
}

fn asked() -> StudyQuery {
    use_query_map().with(|query| StudyQuery {
        q: query.get("q").unwrap_or_default(),
        tag: query.get("tag").unwrap_or_default(),
        page: page_of(query.get("page")),
    })
}

/// Reads the number of a page, from 0.
fn page_of(typed: Option<String>) -> u32 {
    let page = typed.and_then(|typed| typed.parse().ok());
    page.map_or(0, |page: u32| page.min(10_000))
}

fn home(page: StudyHome, query: StudyQuery, forms: StudyForms) -> AnyView {
    let done = match query_now("done").as_str() {
        "trashed" => "The material is in the trash.",
        "spread" => "The overdue cards are spread over the days of the plan.",
        _ => "",
    };
    let done = (!done.is_empty()).then(|| view! { <Notice tone=Tone::Ok>{done}</Notice> });
    let is_filtered = !query.q.is_empty() || !query.tag.is_empty();
    let is_new = page.materials.is_empty() && !is_filtered && query.page == 0;
    let list = match (page.materials.is_empty(), is_filtered) {
        (true, true) => view! {
            <EmptyState title="Nothing found" text="No material has these words in its title, subject or tags.">
                <Button kind=ButtonKind::Secondary href=STUDY>"View all"</Button>
            </EmptyState>
        }
        .erase(),
        (true, false) => view! {
            <EmptyState
                title="Your library is empty"
                text="Take in a course or paste a text. Its terms, steps and tables become cards, which come back before you forget them."
            >
                <Button href=STUDY_NEW>"Add material"</Button>
            </EmptyState>
        }
        .erase(),
        (false, _) => lines(page.materials),
    };
    let trash = (page.in_trash > 0).then(|| {
        view! { <a href=STUDY_TRASH>{format!("Trash ({})", page.in_trash)}</a> }
    });
    view! {
        {done}
        {today(page.counts, is_new)}
        {page.backlog.map(|plan| backlog(plan, forms.spread))}
        <div class="row">
            <Button kind=ButtonKind::Secondary href=STUDY_NEW>"Add material"</Button>
            <a href=STUDY_PROGRESS>"Progress"</a>
            <a href=STUDY_SETTINGS>"Settings"</a>
            {trash}
        </div>
        <h2 class="section-title">"Your material"</h2>
        {(!is_new).then(|| filters(&query, &page.tags))}
        {list}
        <Pagination
            previous=beside(&query, query.page.checked_sub(1))
            next=beside(&query, page.has_more.then_some(query.page + 1))
        />
        {courses(page.courses, forms.take)}
    }
    .erase()
}

fn beside(query: &StudyQuery, page: Option<u32>) -> String {
    let other = page.map(|page| StudyQuery {
        page,
        ..query.clone()
    });
    other.map(|other| other.path()).unwrap_or_default()
}

/// The cards that are left for today, with the button that begins.
fn today(counts: QueueCounts, is_new: bool) -> Option<AnyView> {
    if is_new {
        return None;
    }
    Some(match counts.all() {
        0 => view! { <p class="soft">"No cards are left for today."</p> }.erase(),
        all => view! {
            <section class="panel stack" aria-label="Today">
                <p>
                    <b>{format!("{} for today", cards(all))}</b>
                    " "
                    <span class="soft">{counts_text(counts)}</span>
                </p>
                <div class="row">
                    <Button big=true href=review_path(None)>
                        "Review"
                    </Button>
                </div>
            </section>
        }
        .erase(),
    })
}

fn counts_text(counts: QueueCounts) -> String {
    format!(
        "New {} · Learning {} · Due {}",
        counts.new, counts.learning, counts.review
    )
}

/// Offers to spread a backlog, and names the days.
fn backlog(plan: BacklogPlan, form: FormState) -> AnyView {
    let last = plan
        .days
        .last()
        .map(|(day, _)| day.clone())
        .unwrap_or_default();
    let days = plan
        .days
        .into_iter()
        .map(|(day, count)| view! { <li>{format!("{day}: {}", cards(count))}</li> })
        .collect_view();
    view! {
        <section class="panel stack" aria-labelledby="study-backlog">
            <h2 id="study-backlog">"Welcome back"</h2>
            <p>
                {format!(
                    "{} are overdue. Spread them so that each day stays within your limit. The cards that fade fastest come first, and the last come on {last}.",
                    cards(plan.overdue),
                )}
            </p>
            <details>
                <summary>"Days of the plan"</summary>
                <ul>{days}</ul>
            </details>
            <Form form=form class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "I'm back: spread them"
                </Button>
            </Form>
        </section>
    }
    .erase()
}

fn filters(query: &StudyQuery, tags: &[String]) -> AnyView {
    let chips = tags
        .iter()
        .map(|tag| {
            let is_here = *tag == query.tag;
            let other = StudyQuery {
                tag: if is_here { String::new() } else { tag.clone() },
                page: 0,
                ..query.clone()
            };
            view! {
                <a class="chip" href=other.path() aria-current=is_here.then_some("true")>
                    <bdi>{tag.clone()}</bdi>
                </a>
            }
        })
        .collect_view();
    let chips = (!tags.is_empty()).then(|| {
        view! {
            <div class="chips" role="group" aria-label="Tags">
                {chips}
            </div>
        }
    });
    let tag = (!query.tag.is_empty()).then(|| {
        view! { <input type="hidden" name="tag" value=query.tag.clone() /> }
    });
    view! {
        <form class="row study-search" method="get" action=STUDY role="search">
            {tag}
            <Field id="study-search" name="q" r#type="search" label="Search your material" value=query.q.clone() unmarked=true />
            <Button kind=ButtonKind::Secondary>"Search"</Button>
        </form>
        {chips}
    }
    .erase()
}

/// A text of the material, in its language if that is known.
fn in_language(language: &Language, text: &str) -> AnyView {
    match language.tag().is_empty() {
        true => view! { <bdi>{text.to_owned()}</bdi> }.erase(),
        false => language.inline(text),
    }
}

fn lines(materials: Vec<MaterialLine>) -> AnyView {
    let lines = materials.into_iter().map(|line| {
        let due = (line.due > 0).then(|| {
            view! { <a href=review_path(Some(line.id)) aria-label=format!("Review {}", line.title)>{format!("{} due", line.due)}</a> }
        });
        view! {
            <li class="study-line">
                <a class="study-name" href=material_path(line.id)>
                    {in_language(&line.language, &line.title)}
                </a>
                <span class="row">{about(&line)} <span class="soft num">{cards(line.cards)}</span> {due}</span>
            </li>
        }
    });
    let lines = lines.collect_view();
    view! { <ul class="study-materials">{lines}</ul> }.erase()
}

/// Source, subject and tags of a material.
fn about(line: &MaterialLine) -> AnyView {
    let source = (line.source != MaterialSource::Text)
        .then(|| view! { <Badge text=line.source.label().to_owned() /> });
    let subject = (!line.subject.is_empty())
        .then(|| view! { <span class="soft"><bdi>{line.subject.clone()}</bdi></span> });
    let tags = line
        .tags
        .iter()
        .map(|tag| view! { <span class="soft"><bdi>{tag.clone()}</bdi></span> })
        .collect_view();
    view! {
        {source}
        {subject}
        {tags}
    }
    .erase()
}

/// Courses that can be taken in with one click.
fn courses(courses: Vec<(String, CourseTitle)>, form: FormState) -> Option<AnyView> {
    (!courses.is_empty()).then(|| {
        let lines = courses
            .into_iter()
            .map(|(slug, title)| {
                let label = format!("Study this course: {title}");
                let form = form.of_item("course", &slug);
                view! {
                    <li class="study-line">
                        <span>{title.language.inline(title.text)}</span>
                        <Form form=form class="inline">
                            <input type="hidden" name="course" value=slug />
                            <Button kind=ButtonKind::Secondary busy=form.busy() label=label>
                                "Study this course"
                            </Button>
                        </Form>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h2 class="section-title">"Your courses"</h2>
            <ul class="study-materials">{lines}</ul>
        }
        .erase()
    })
}

/// Page `/study/new`.
pub fn study_new_page() -> AnyView {
    let tags = page_resource(|| (), |()| load_study_tags());
    let form = FormState::of(AddMaterial::PATH);
    view! {
        <Page title="Add material">
            <div class="narrow stack study">
                <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new("Add material", "")] />
                <h1>"Add material"</h1>
                {loaded(tags, move |tags| new_form(tags, form))}
            </div>
        </Page>
    }
    .erase()
}

fn new_form(tags: Vec<String>, form: FormState) -> AnyView {
    let hint = match tags.is_empty() {
        true => "Separate tags with commas.".to_owned(),
        false => {
            let some: Vec<String> = tags.into_iter().take(8).collect();
            format!(
                "Separate tags with commas. You have used: {}.",
                some.join(", ")
            )
        }
    };
    view! {
        <p class="soft">
            "Terms that the text defines, numbered steps and tables become cards. Nobody else sees your material."
        </p>
        <Form form=form class="stack" guards=true>
            <Field
                name="title"
                label="Title"
                value=form.value("title", "")
                error=form.error("title")
                max_length=TITLE_CHARACTERS
                required=true
            />
            <TextArea
                name="text"
                label="Text"
                hint="Plain text or Markdown."
                value=form.value("text", "")
                error=form.error("text")
                max_length=TEXT_CHARACTERS
                required=true
            />
            <Field
                name="subject"
                label="Subject"
                value=form.value("subject", "")
                error=form.error("subject")
                max_length=SUBJECT_CHARACTERS
            />
            <Field
                name="tags"
                label="Tags"
                hint=hint
                value=form.value("tags", "")
                error=form.error("tags")
                max_length=TAGS_CHARACTERS
            />
            <div class="row">
                <Button busy=form.busy()>"Make cards"</Button>
            </div>
        </Form>
    }
    .erase()
}

/// Page `/study/trash`.
pub fn study_trash_page() -> AnyView {
    let page = page_resource(|| (), |()| load_trash());
    let forms = (
        FormState::of(TrashMaterial::PATH),
        FormState::of(DeleteMaterial::PATH),
    );
    view! {
        <Page title="Trash">
            <div class="narrow stack study">
                <Breadcrumbs trail=vec![Crumb::new("Study", STUDY), Crumb::new("Trash", "")] />
                <h1>"Trash"</h1>
                {loaded(page, move |lines| trash(lines, forms))}
            </div>
        </Page>
    }
    .erase()
}

fn trash(lines: Vec<MaterialLine>, (restore, delete): (FormState, FormState)) -> AnyView {
    if lines.is_empty() {
        return view! { <EmptyState title="The trash is empty" text="Material that you delete stays here for 30 days." /> }
            .erase();
    }
    let lines = lines
        .into_iter()
        .map(|line| {
            let id = line.id.to_string();
            let (restore, delete) = (
                restore.of_item("material", &id),
                delete.of_item("material", &id),
            );
            let labels = (
                format!("Restore {}", line.title),
                format!("Delete {} for good", line.title),
            );
            let other = id.clone();
            // Wrong answers of the last days would make the deck again.
            let is_kept = line.source == MaterialSource::Answers;
            view! {
                <li class="study-line">
                    <span>
                        {in_language(&line.language, &line.title)} " "
                        <span class="soft">{format!("{}, deleted for good on {}", cards(line.cards), line.gone_on)}</span>
                    </span>
                    <span class="row">
                        <Form form=restore class="inline">
                            <input type="hidden" name="material" value=other />
                            <input type="hidden" name="trashed" value="false" />
                            <Button kind=ButtonKind::Secondary busy=restore.busy() label=labels.0>
                                "Restore"
                            </Button>
                        </Form>
                        {(!is_kept)
                            .then(move || {
                                view! {
                                    <Form form=delete class="inline">
                                        <input type="hidden" name="material" value=id />
                                        <Button kind=ButtonKind::Quiet busy=delete.busy() label=labels.1>
                                            "Delete for good"
                                        </Button>
                                    </Form>
                                }
                            })}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="study-materials">{lines}</ul> }.erase()
}

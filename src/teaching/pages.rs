//! List of a tutor's courses, and the frame of a course's teaching pages.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::api::taught_courses;
use super::{Area, COURSES_PAGE, CourseStatus, NEW_COURSE, TaughtCourse, TaughtPage, TaughtQuery};
use crate::course::{CourseTitle, SEARCH_CHARACTERS};
use crate::paths::{MODERATION, edit_path};
use crate::platform::auth::UserRole;
use crate::platform::ui::{
    Badge, Breadcrumbs, Button, ButtonKind, Column, Crumb, EmptyState, Erase, Glyph, Icon,
    Language, Page, Pagination, TabLink, Table, Tabs, Tone, loaded, page_resource, query_now,
    viewer,
};

/// The list of courses. `above` is shown before it.
pub fn teach_page(above: Option<AnyView>) -> AnyView {
    let query = Memo::new(|_| asked());
    let taught = page_resource(move || query.get(), taught_courses);
    view! {
        <Page title="Teaching">
            <div class="wide teach">
                <div class="row">
                    <h1>"Teaching"</h1>
                    <span class="grow"></span>
                    {new_course()}
                </div>
                {above}
                {loaded(taught, move |page| courses(page, query.get_untracked()))}
            </div>
        </Page>
    }
    .erase()
}

/// Link for admins, who alone make courses.
fn new_course() -> Option<AnyView> {
    let is_admin = viewer().is_some_and(|viewer| viewer.role == UserRole::Admin);
    is_admin.then(|| view! { <Button href=NEW_COURSE>"New course"</Button> }.erase())
}

/// Reads the query from the page's address.
fn asked() -> TaughtQuery {
    use_query_map().with(|query| TaughtQuery {
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        status: CourseStatus::parse(&query.get("status").unwrap_or_default()),
        page: query
            .get("page")
            .and_then(|page| page.parse().ok())
            .map_or(0, |page: u32| page.saturating_sub(1)),
    })
}

fn courses(page: TaughtPage, query: TaughtQuery) -> AnyView {
    let is_filtered = !query.q.is_empty() || query.status.is_some();
    if page.courses.is_empty() && !is_filtered {
        return view! {
            <EmptyState
                title="No courses yet"
                text="Courses appear here once an administrator makes you their tutor."
            />
        }
        .erase();
    }
    let query = query.on_page(page.page);
    let said = match page.total {
        1 => "1 course".to_owned(),
        total => format!("{total} courses"),
    };
    let previous = match query.page {
        0 => String::new(),
        page => query.on_page(page - 1).path(),
    };
    let next = match (i64::from(query.page) + 1) * COURSES_PAGE < page.total {
        true => query.on_page(query.page + 1).path(),
        false => String::new(),
    };
    let moderation = match page.waiting {
        0 => "Moderation".to_owned(),
        waiting => format!("Moderation ({waiting} waiting)"),
    };
    let marking = match page.marking {
        0 => "Marking".to_owned(),
        waiting => format!("Marking ({waiting} waiting)"),
    };
    view! {
        {tools(&query)}
        <p class="row soft">
            <span role="status">{said}</span>
            <a href=MODERATION>{moderation}</a>
            <a href="/marking">{marking}</a>
        </p>
        {table(page.courses)}
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn tools(query: &TaughtQuery) -> AnyView {
    let statuses = std::iter::once(None).chain(CourseStatus::ALL.map(Some));
    let chips = statuses.map(|status| {
        let here = query.status == status;
        let other = TaughtQuery {
            status,
            page: 0,
            ..query.clone()
        };
        view! {
            <a class="chip" href=other.path() aria-current=here.then_some("true")>
                {status.map_or("All", CourseStatus::label)}
            </a>
        }
    });
    let status = query
        .status
        .map(|status| view! { <input type="hidden" name="status" value=status.name() /> });
    view! {
        <form class="tools" role="search" method="get" action="/teach">
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=query.q.clone()
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="Course or tutor"
                    aria-label="Search your courses"
                />
            </label>
            {status}
            <Button kind=ButtonKind::Secondary>"Search"</Button>
            <div class="chips" role="group" aria-label="Status">
                {chips.collect_view()}
            </div>
        </form>
    }
    .erase()
}

fn table(courses: Vec<TaughtCourse>) -> AnyView {
    let columns = vec![
        Column::new("Course"),
        Column::new("Status"),
        Column::new("Tutors"),
        Column::new("Learners").figures(),
        Column::new("Questions").figures(),
    ];
    if courses.is_empty() {
        let empty = view! { <EmptyState title="No courses found" text="Try a different search, or view all courses." /> }.erase();
        return view! { <Table label="Courses that you teach" columns=columns empty=empty /> }
            .erase();
    }
    let rows = courses.into_iter().map(row).collect_view();
    view! {
        <Table label="Courses that you teach" columns=columns stacks=true>
            {rows}
        </Table>
    }
    .erase()
}

fn row(course: TaughtCourse) -> AnyView {
    let tone = match course.status {
        CourseStatus::Published => Tone::Ok,
        CourseStatus::Draft => Tone::Warn,
        CourseStatus::Retired => Tone::Neutral,
    };
    let title = course.title.language.inline(course.title.text);
    let asked = match course.asked {
        0 => None,
        1 => Some("1 learner question".to_owned()),
        asked => Some(format!("{asked} learner questions")),
    };
    let asked = asked.map(|text| {
        view! {
            <br />
            <a href=Area::LearnerQuestions.path(&course.slug)>{text}</a>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=Area::Learners.path(&course.slug)>{title}</a>
                {asked}
            </th>
            <td>
                <Badge tone=tone text=course.status.label() />
            </td>
            <td>{tutors(&course.tutors)}</td>
            <td class="r" data-label="Learners">
                {course.learners}
            </td>
            <td class="r" data-label="Questions">
                <a href=Area::Questions.path(&course.slug)>{course.questions}</a>
            </td>
        </tr>
    }
    .erase()
}

/// Number of tutors whose names are shown.
const NAMED: usize = 3;

fn tutors(names: &[String]) -> AnyView {
    let more = names.len().saturating_sub(NAMED);
    let shown = names[..names.len() - more].join(", ");
    match (shown.is_empty(), more) {
        (true, _) => view! { <span class="soft">"No tutor"</span> }.erase(),
        (false, 0) => view! { <bdi>{shown}</bdi> }.erase(),
        (false, more) => view! { <bdi>{shown}</bdi> {format!(" and {more} more")} }.erase(),
    }
}

/// Heading of one of a course's teaching pages, which also names it in its breadcrumbs and in the
/// browser's tab.
pub struct TeachHeading {
    text: String,
    /// Language of the text if it is part of the course.
    language: Option<Language>,
    /// True if the text is the name of a thing or a person, which the tab's title explains.
    is_name: bool,
    /// Pages between the area and this one: text and address.
    above: Vec<(String, String)>,
    beside: Option<AnyView>,
}

impl TeachHeading {
    /// Names what one does on the page, such as "Import questions".
    pub fn task(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            is_name: false,
            above: Vec::new(),
            beside: None,
        }
    }

    /// Names the thing or the person that the page is about.
    pub fn name(text: impl Into<String>) -> Self {
        Self {
            is_name: true,
            ..Self::task(text)
        }
    }

    pub fn in_language(self, language: &Language) -> Self {
        Self {
            language: Some(language.clone()),
            ..self
        }
    }

    /// Adds the page above this one to the breadcrumbs.
    pub fn below(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.above.push((text.into(), href.into()));
        self
    }

    /// Places badges beside the heading.
    pub fn beside(self, view: AnyView) -> Self {
        Self {
            beside: Some(view),
            ..self
        }
    }

    /// Title of the browser's tab: from this page outward to the course.
    fn title(&self, area: Area, course: &CourseTitle) -> String {
        let mut parts = vec![self.text.clone()];
        parts.extend(self.above.iter().rev().map(|(text, _)| text.clone()));
        if self.is_name && self.above.is_empty() {
            parts.push(area.label().to_owned());
        }
        parts.push(course.to_string());
        parts.join(" · ")
    }
}

/// A link to the editor of the topic from which the person came. `back` in the address names it.
fn back_to_topic(course: &str) -> Option<AnyView> {
    let topic = query_now("back");
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!topic.is_empty() && topic.chars().all(is_name)).then(|| {
        view! {
            <p>
                <a href=edit_path(course, &topic)>"← Back to the topic"</a>
            </p>
        }
        .erase()
    })
}

/// The first page of an area of teaching a course. The area's name is its heading.
pub fn frame(course: &str, course_title: &CourseTitle, area: Area, inside: AnyView) -> AnyView {
    let trail = vec![(area.label().to_owned(), String::new())];
    let heading = TeachHeading::task(area.label());
    framed(course, course_title, area, heading, trail, inside)
}

/// A page below the first one of an area.
pub fn frame_below(
    course: &str,
    course_title: &CourseTitle,
    area: Area,
    heading: TeachHeading,
    inside: AnyView,
) -> AnyView {
    let mut trail = vec![(area.label().to_owned(), area.path(course))];
    trail.extend(heading.above.iter().cloned());
    trail.push((heading.text.clone(), String::new()));
    framed(course, course_title, area, heading, trail, inside)
}

fn framed(
    course: &str,
    course_title: &CourseTitle,
    area: Area,
    heading: TeachHeading,
    trail: Vec<(String, String)>,
    inside: AnyView,
) -> AnyView {
    let is_admin = viewer().is_some_and(|viewer| viewer.role == UserRole::Admin);
    let areas = Area::ALL.into_iter();
    let areas = areas.filter(|area| is_admin || *area != Area::Tutors);
    let tab = |other: Area| {
        view! {
            <TabLink href=other.path(course) current=Signal::from(other == area)>
                {other.label()}
            </TabLink>
        }
    };
    let tabs = areas.map(tab).collect_view();
    let mut whole = vec![
        Crumb::new("Teaching", "/teach"),
        course_title.crumb(Area::Learners.path(course)),
    ];
    whole.extend(trail.into_iter().map(Crumb::from));
    let title = heading.title(area, course_title);
    let language = heading.language;
    let back = back_to_topic(course);
    view! {
        <Title text=title />
        <div class="wide teach">
            <Breadcrumbs trail=whole />
            {back}
            <Tabs label="Teaching this course">{tabs}</Tabs>
            <header class="row teach-head">
                <h1 lang=language.as_ref().map(Language::tag) dir=language.as_ref().map(Language::dir)>
                    {heading.text}
                </h1>
                {heading.beside}
            </header>
            {inside}
        </div>
    }
    .erase()
}

//! Landing page and catalog. Both show the list of courses; the landing page adds an introduction.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::catalog::api::list_courses;
use crate::catalog::{self, CatalogFilter, CatalogQuery, CatalogSort, CourseCard, counted};
use crate::course::{SEARCH_CHARACTERS, duration};
use crate::platform::ui::{
    Button, CourseArt, EmptyState, Erase, Glyph, Icon, Kbd, Language, Menu, MenuItem, Page,
    Pagination, SEARCH_KEY, course_picture, loaded, page_resource, site_frame, slash_focuses,
    viewer,
};

/// The search field of both pages.
const SEARCH: &str = ".tools input[type=search]";

/// Texts of the landing page of a site whose admins have written none.
pub const HEADLINE: &str = "Answer first. Then read the room.";
pub const INTRODUCTION: &str = "Courses you take with other people, a tutor that only speaks from the course, and questions you answer before you see anyone else’s.";

pub fn landing_page() -> AnyView {
    slash_focuses(SEARCH);
    let courses = page_resource(|| (), |()| list_courses(CatalogQuery::default()));
    let start = match viewer() {
        Some(_) => ("/learn", "Continue learning"),
        None => ("/sign-up", "Start learning"),
    };
    let site = site_frame();
    // The built-in texts are English, whatever the site's own language is.
    let text = |own: String, built_in: &'static str| match own.is_empty() {
        true => (built_in.to_owned(), Language::new("en")),
        false => (own, site.language.clone()),
    };
    let (headline, language) = text(site.headline.clone(), HEADLINE);
    let (lang, dir) = (language.tag(), language.dir());
    let (introduction, language) = text(site.introduction.clone(), INTRODUCTION);
    view! {
        <Page title="">
            <section class="hero">
                <div>
                    <h1 lang=lang dir=dir>
                        {headline}
                    </h1>
                    <p lang=language.tag() dir=language.dir()>
                        {introduction}
                    </p>
                    <div class="row">
                        <Button big=true href=start.0>
                            {start.1}
                        </Button>
                        <a class="btn second big" href="/courses">
                            "Browse the courses"
                        </a>
                        <a href="/ask">"Ask about them"</a>
                    </div>
                </div>
                <CourseArt slug="hero" class="hero-art" />
            </section>
            <section class="list">
                {tools(&CatalogQuery::default())}
                {loaded(courses, |page| results(CatalogQuery::default(), page))}
            </section>
        </Page>
    }
    .erase()
}

/// Reads the query from the page's address.
fn asked() -> CatalogQuery {
    use_query_map().with(|query| CatalogQuery {
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        filter: CatalogFilter::parse(&query.get("filter").unwrap_or_default()),
        sort: CatalogSort::parse(&query.get("sort").unwrap_or_default()),
        after: query.get("after"),
        before: query.get("before"),
    })
}

pub fn catalog_page() -> AnyView {
    slash_focuses(SEARCH);
    let query = Memo::new(|_| asked());
    let courses = page_resource(move || query.get(), list_courses);
    view! {
        <Page title="Courses">
            <section class="list top">
                <h1 class="list-title">"Courses"</h1>
                <p>
                    <a href="/ask">"Ask about the courses"</a>
                </p>
                {move || tools(&query.get())}
                {loaded(courses, move |page| results(query.get_untracked(), page))}
            </section>
        </Page>
    }
    .erase()
}

/// Shows search, filters and sorting as a form and links, so that every list has an address.
fn tools(query: &CatalogQuery) -> AnyView {
    let plain = query.restarted();
    let chips = CatalogFilter::ALL.map(|filter| {
        let here = plain.filter == filter;
        let href = CatalogQuery {
            filter,
            ..plain.clone()
        }
        .path();
        view! {
            <a class="chip" href=href aria-current=here.then_some("true")>
                {filter.label()}
            </a>
        }
    });
    let sorts = CatalogSort::ALL.map(|sort| {
        let href = CatalogQuery {
            sort,
            ..plain.clone()
        }
        .path();
        view! {
            <MenuItem href=href current=plain.sort == sort>
                {sort.label()}
            </MenuItem>
        }
    });
    let hidden = |name: &'static str, value: &'static str| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value /> })
    };
    let filter = if plain.filter == CatalogFilter::All {
        ""
    } else {
        plain.filter.name()
    };
    let sort = if plain.sort == CatalogSort::Best {
        ""
    } else {
        plain.sort.name()
    };
    let trigger = match (plain.sort, plain.q.is_empty()) {
        (CatalogSort::Best, true) => CatalogSort::Newest.label(),
        (sort, _) => sort.label(),
    };
    view! {
        <form class="tools" role="search" method="get" action="/courses">
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=plain.q.clone()
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="What do you want to understand?"
                    aria-label="Search courses"
                />
                <Kbd key=SEARCH_KEY />
            </label>
            {hidden("filter", filter)}
            {hidden("sort", sort)}
            <div class="chips" role="group" aria-label="Filter">
                {chips.collect_view()}
            </div>
            <span class="grow"></span>
            <Menu id="ly-sort" trigger=trigger.erase() label=format!("Sort: {trigger}")>
                {sorts.collect_view()}
            </Menu>
        </form>
    }
    .erase()
}

fn results(query: CatalogQuery, page: catalog::CatalogPage) -> AnyView {
    let nothing = page.courses.is_empty();
    let said = match (&page.corrected, query.q.is_empty()) {
        (_, true) => None,
        (Some(corrected), false) => Some(format!(
            "No courses match “{}”. Showing courses for “{corrected}”.",
            query.q
        )),
        (None, false) => Some(format!("Courses for “{}”", query.q)),
    };
    let at =
        |after: Option<String>, before: Option<String>| match after.is_some() || before.is_some() {
            true => CatalogQuery {
                after,
                before,
                ..query.restarted()
            }
            .path(),
            false => String::new(),
        };
    let (previous, next) = (at(None, page.before.clone()), at(page.after.clone(), None));
    let list = match nothing {
        true => empty(&query),
        false => page.courses.into_iter().map(card).collect_view().erase(),
    };
    view! {
        <p class="found" role="status">
            {said.filter(|_| !nothing)}
        </p>
        {list}
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn empty(query: &CatalogQuery) -> AnyView {
    let (title, text) = match query.q.is_empty() {
        true => (
            "No courses found".to_owned(),
            "Try another filter, or view all courses.",
        ),
        false => (
            format!("No courses match “{}”", query.q),
            "Try fewer or different words, or view all courses.",
        ),
    };
    view! {
        <EmptyState title=title text=text>
            <a class="btn second" href="/courses">
                "All courses"
            </a>
        </EmptyState>
    }
    .erase()
}

/// Returns two words on how the course is taken.
pub fn pace(card: &CourseCard) -> &'static str {
    match (card.cohort_only, card.is_gated) {
        (true, _) => "With a cohort",
        (false, true) => "Quiz by quiz",
        (false, false) => "Self-paced",
    }
}

fn card(course: CourseCard) -> AnyView {
    let open = if course.cohort_only {
        "With a cohort"
    } else {
        "Open now"
    };
    let tutors = (!course.tutors.is_empty())
        .then(|| view! { <span>{format!("with {}", course.tutors.join(", "))}</span> });
    let meta = [
        counted(course.topic_count, "topic", "topics"),
        counted(course.question_count, "question", "questions"),
        duration(course.reading_minutes),
        pace(&course).to_owned(),
    ];
    let (lang, dir) = (course.language.tag(), course.language.dir());
    view! {
        <article class="course">
            {course_picture(course.slug.clone(), course.thumbnail)}
            <div>
                <h2 lang=lang.clone() dir=dir>
                    <a href=format!("/courses/{}", course.slug)>{course.title}</a>
                </h2>
                <p lang=lang dir=dir>
                    {course.summary}
                </p>
                <div class="meta">{meta.map(|text| view! { <span>{text}</span> }).collect_view()}</div>
            </div>
            <aside>
                <b>{open}</b>
                <span>{course.price.label()}</span>
                {tutors}
            </aside>
        </article>
    }
    .erase()
}

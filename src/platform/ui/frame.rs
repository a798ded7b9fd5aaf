//! The frame around a page (header, main and footer), and the page that shows an error.

use leptos::prelude::*;

use leptos_meta::{Meta, Title};
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::{
    Avatar, Button, ButtonKind, Erase, Form, FormState, Glyph, Icon, Inside, Language, Menu,
    MenuItem, PageCodec, ThemeToggle, Wordmark,
};
use crate::auth::{Terms, UserRole, Viewer, sign_in_path};
use crate::error::AppError;

/// The signed-in user, if any. Signing in and out loads a new page, so the value never changes.
#[derive(Clone)]
pub struct CurrentViewer(pub Option<Viewer>);

/// The frame of the site as its admins have set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFrame {
    pub name: String,
    /// Language of the texts that admins write.
    pub language: Language,
    /// Address of the picture beside the name.
    pub logo: Option<String>,
    /// Texts of the landing page. Empty for the built-in ones.
    pub headline: String,
    pub introduction: String,
    pub pages: Vec<NavigationPage>,
    /// Terms that everybody must accept.
    pub terms: Option<Terms>,
}

impl Default for SiteFrame {
    fn default() -> Self {
        Self {
            name: "Lyceum".to_owned(),
            language: Language::new("en"),
            logo: None,
            headline: String::new(),
            introduction: String::new(),
            pages: Vec::new(),
            terms: None,
        }
    }
}

/// A page of the site in its navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NavigationPage {
    pub slug: String,
    pub title: String,
    pub in_header: bool,
    pub in_footer: bool,
}

impl NavigationPage {
    fn path(&self) -> String {
        format!("/pages/{}", self.slug)
    }
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct FrameContext {
    viewer: Option<Viewer>,
    site: SiteFrame,
}

/// Provides the signed-in user and the frame of the site to all pages.
pub fn provide_viewer() {
    let shared = SharedValue::<_, PageCodec>::new_with_encoding(surroundings);
    let FrameContext { viewer, site } = shared.into_inner();
    provide_context(CurrentViewer(viewer));
    provide_context(site);
}

#[cfg(feature = "ssr")]
fn surroundings() -> FrameContext {
    let Some(cx) = crate::http::Cx::current_if_any() else {
        return FrameContext::default();
    };
    let (name, facts) = (cx.organization.name, cx.organization.site);
    let set = &facts.settings;
    let site = SiteFrame {
        name,
        language: Language::new(set.language.clone()),
        logo: set.logo.map(logo_path),
        headline: set.landing_headline.clone(),
        introduction: set.landing_introduction.clone(),
        pages: facts.pages.clone(),
        terms: facts.terms.clone(),
    };
    FrameContext {
        viewer: cx.viewer,
        site,
    }
}

/// Address of the site's logo.
#[cfg(feature = "ssr")]
fn logo_path(file: crate::ids::FileId) -> String {
    format!("/site/logo/{file}")
}

#[cfg(not(feature = "ssr"))]
fn surroundings() -> FrameContext {
    FrameContext::default()
}

/// The frame of the site. A change loads a new page, so the value never changes.
pub fn site_frame() -> SiteFrame {
    use_context::<SiteFrame>().unwrap_or_default()
}

pub fn viewer() -> Option<Viewer> {
    use_context::<CurrentViewer>().and_then(|current| current.0)
}

/// A page of the site. `title` is shown in the browser's tab.
#[component]
pub fn Page(#[prop(into)] title: String, children: Inside) -> impl IntoView {
    view! {
        <Title text=title />
        <SiteHeader />
        <main id="main">{children.view()}</main>
        <SiteFooter />
    }
    .erase()
}

#[component]
pub fn SiteHeader() -> impl IntoView {
    let links = site_links();
    view! {
        <header class="bar">
            <Wordmark />
            <nav class="bar-nav" aria-label="Site">
                {links.into_iter().map(|(href, text)| nav_link(href, text)).collect_view()}
            </nav>
            <span class="grow"></span>
            <a class="btn quiet hide-s" href="/find" aria-label="Find" aria-keyshortcuts="Control+K">
                <Icon glyph=Glyph::Search />
            </a>
            <AccountMenu />
        </header>
    }
    .erase()
}

const LEARNING: (&str, &str) = ("/learn", "My learning");
const STUDY: (&str, &str) = ("/study", "Study");
const COURSES: (&str, &str) = ("/courses", "Courses");
const TEACHING: (&str, &str) = ("/teach", "Teaching");
const PEOPLE: (&str, &str) = ("/admin/people", "People");

fn site_links() -> Vec<(String, String)> {
    let own = match viewer() {
        Some(viewer) if viewer.role == UserRole::Learner => vec![LEARNING, STUDY, COURSES],
        Some(viewer) if viewer.role == UserRole::Admin => {
            vec![LEARNING, COURSES, TEACHING, PEOPLE]
        }
        Some(_) => vec![LEARNING, COURSES, TEACHING],
        None => vec![COURSES],
    };
    let own = own
        .into_iter()
        .map(|(href, text)| (href.to_owned(), text.to_owned()));
    own.chain(header_pages()).collect()
}

/// Addresses and titles of the pages in the header, which is for visitors.
fn header_pages() -> Vec<(String, String)> {
    if viewer().is_some() {
        return Vec::new();
    }
    let pages = site_frame().pages.into_iter();
    pages
        .filter(|page| page.in_header)
        .map(|page| (page.path(), page.title))
        .collect()
}

fn nav_link(href: String, text: String) -> AnyView {
    let address = href.clone();
    let path = use_location().pathname;
    let current = move || {
        path.with(|path| {
            *path == address
                || path
                    .strip_prefix(&address)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    view! {
        <a href=href aria-current=move || current().then_some("page")>
            {text}
        </a>
    }
    .erase()
}

/// The menu of the signed-in user, or links to sign in and to sign up.
#[component]
pub fn AccountMenu() -> impl IntoView {
    match viewer() {
        Some(viewer) => member_menu(viewer),
        None => visitor_links(),
    }
}

fn visitor_links() -> AnyView {
    let menu = view! { <Icon glyph=Glyph::Menu /> }.erase();
    let pages = header_pages()
        .into_iter()
        .map(|(href, title)| view! { <MenuItem href=href>{title}</MenuItem> })
        .collect_view();
    view! {
        <a class="btn second hide-s" href="/sign-in">
            "Sign in"
        </a>
        <Button href="/sign-up">"Start learning"</Button>
        <Menu id="ly-site" trigger=menu label="Menu" class="btn quiet only-s">
            <MenuItem href="/courses">"Courses"</MenuItem>
            {pages}
            <MenuItem href="/sign-in">"Sign in"</MenuItem>
        </Menu>
    }
    .erase()
}

fn member_menu(viewer: Viewer) -> AnyView {
    let trigger = view! { <Avatar name=viewer.display_name.clone() /> }.erase();
    let sign_out = FormState::of(<crate::auth::api::SignOut as server_fn::ServerFn>::PATH);
    let is_admin = viewer.role == UserRole::Admin;
    let role = match viewer.role {
        UserRole::Learner => None,
        UserRole::Tutor => Some("Tutor"),
        UserRole::Admin => Some("Administrator"),
    };
    view! {
        {bell(viewer.unread)}
        <Menu id="ly-account" trigger=trigger label="Your account" class="account">
            <p class="menu-head">
                <b>{viewer.display_name}</b>
                <span class="soft">{viewer.email}</span>
                {role.map(|role| view! { <span class="soft">{role}</span> })}
            </p>
            <hr />
            <MenuItem href="/learn">"My learning"</MenuItem>
            <MenuItem href="/study">"Study"</MenuItem>
            <MenuItem href="/paths">"Paths"</MenuItem>
            <MenuItem href="/courses">"Courses"</MenuItem>
            {role.map(|_| view! { <MenuItem href="/teach">"Teaching"</MenuItem> })}
            {role.map(|_| view! { <MenuItem href="/documents">"Documents"</MenuItem> })}
            {is_admin.then(|| view! { <MenuItem href=PEOPLE.0>{PEOPLE.1}</MenuItem> })}
            <MenuItem href="/orders">"Your orders"</MenuItem>
            <MenuItem href="/find">"Find"</MenuItem>
            <MenuItem href="/settings">"Settings"</MenuItem>
            <div class="menu-row">
                <span>"Theme"</span>
                <ThemeToggle />
            </div>
            <hr />
            <Form form=sign_out class="menu-form">
                <button class="menu-item">"Sign out"</button>
            </Form>
        </Menu>
    }
    .erase()
}

/// The link to the notifications, with the number of unread ones.
fn bell(unread: i32) -> AnyView {
    let count = match unread {
        ..=0 => None,
        1..100 => Some(unread.to_string()),
        _ => Some("99+".to_owned()),
    };
    let label = match &count {
        Some(count) => format!("Notifications, {count} unread"),
        None => "Notifications".to_owned(),
    };
    view! {
        <a class="btn quiet bell" href="/notifications" aria-label=label>
            <Icon glyph=Glyph::Bell />
            {count.map(|count| view! { <span class="bell-count num">{count}</span> })}
        </a>
    }
    .erase()
}

#[component]
fn SiteFooter() -> impl IntoView {
    let pages = site_frame().pages.into_iter();
    let pages = pages
        .filter(|page| page.in_footer)
        .map(|page| (page.path(), page.title))
        .map(|(href, title)| view! { <a href=href>{title}</a> })
        .collect_view();
    view! {
        <footer class="foot">
            <Wordmark />
            <nav aria-label="More">
                <a href="/courses">"Courses"</a>
                <a href="/find">"Find"</a>
                {pages}
                <a href="/teach-with-us">"Teach with us"</a>
                <a href="/verify">"Check a certificate"</a>
            </nav>
            <span class="grow"></span>
            <ThemeToggle />
        </footer>
    }
    .erase()
}

/// The placeholder while a page loads. Only seen after a link within the site, over a slow
/// connection.
pub(super) fn waiting() -> AnyView {
    view! {
        <div class="wide" aria-busy="true">
            <super::Skeleton />
            <super::Skeleton />
            <super::Skeleton />
        </div>
    }
    .erase()
}

/// The page that shows an error: the reason, and links to go on. Redirects to the sign-in page if
/// nobody is signed in.
pub fn fault(error: AppError) -> AnyView {
    if error == AppError::SignInRequired {
        let here = use_location();
        let next = here.pathname.get_untracked()
            + &here.search.with_untracked(|s| {
                if s.is_empty() {
                    String::new()
                } else {
                    format!("?{s}")
                }
            });
        return view! { <Redirect path=sign_in_path(&next) /> }.erase();
    }
    set_status(error.status());
    let title = match &error {
        AppError::NotFound(_) => "This page isn’t here",
        AppError::Denied(_) => "You don’t have access to this page",
        AppError::Closed { .. } => "This page is still locked",
        AppError::Internal(_) => "Something went wrong on our side",
        AppError::Busy => "Many people are busy here right now",
        AppError::Unreachable => "Lyceum can’t be reached",
        _ => "This page can’t be shown",
    };
    let (href, label) = match &error {
        AppError::Closed { href, label, .. } => (href.clone(), label.clone()),
        _ => ("/courses".to_owned(), "Browse the courses".to_owned()),
    };
    let reference = match &error {
        AppError::Internal(reference) => Some(reference.clone()),
        _ => None,
    };
    view! {
        <Title text=title />
        <Meta name="robots" content="noindex" />
        <div class="fault">
            <p class="fault-code num">{error.status()}</p>
            <h1>{title}</h1>
            <p class="lead">{error.to_string()}</p>
            <div class="row">
                <Button href=href>{label}</Button>
                <Button kind=ButtonKind::Secondary href="/">
                    "Go to the home page"
                </Button>
            </div>
            {reference
                .map(|reference| {
                    view! {
                        <p class="soft fault-ref">"Reference " <code>{reference}</code></p>
                    }
                })}
        </div>
    }
    .erase()
}

/// The page for an unknown address.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let error = AppError::NotFound(
        "There is nothing at this address. The page may have moved, or the address may be mistyped.".to_owned(),
    );
    view! { <Page title="Not found">{fault(error)}</Page> }.erase()
}

#[cfg(feature = "ssr")]
fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        axum::http::StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}

#[cfg(not(feature = "ssr"))]
fn set_status(_: u16) {}

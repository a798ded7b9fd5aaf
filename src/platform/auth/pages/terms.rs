//! The page that asks people to accept the site's terms.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::api::{AcceptTerms, load_terms};
use crate::auth::{Terms, TermsPage};
use crate::ui::{
    Button, Erase, Form, FormState, Page, loaded, page_resource, query_now, site_frame,
};

pub fn accept_terms_page() -> AnyView {
    let page = page_resource(|| (), |()| load_terms());
    let form = FormState::of(AcceptTerms::PATH);
    let show = move |page: TermsPage| match page.terms.clone() {
        Some(terms) => terms_view(page, terms, form),
        None => framed(view! { <p>"This site has no terms to accept."</p> }.erase()),
    };
    view! { <Page title="Terms of this site">{loaded(page, show)}</Page> }.erase()
}

fn framed(inside: AnyView) -> AnyView {
    view! {
        <div class="narrow stack">
            <header class="page-head">
                <h1>"Terms of this site"</h1>
            </header>
            {inside}
        </div>
    }
    .erase()
}

fn terms_view(page: TermsPage, terms: Terms, form: FormState) -> AnyView {
    let language = site_frame().language;
    let end = match page.is_accepted {
        true => view! { <p>"You have accepted these terms."</p> }.erase(),
        false => ask(&terms, form),
    };
    framed(
        view! {
            <p class="lead">
                "Please read these terms. You need to accept them before you go on."
            </p>
            <section lang=language.tag() dir=language.dir() aria-labelledby="ly-terms">
                <h2 id="ly-terms">{terms.title}</h2>
                <div class="prose" inner_html=page.text.0></div>
            </section>
            {end}
        }
        .erase(),
    )
}

fn ask(terms: &Terms, form: FormState) -> AnyView {
    let (page, version) = (terms.page.to_string(), terms.version.to_string());
    let next = query_now("next");
    view! {
        <Form form=form>
            <input type="hidden" name="page" value=page />
            <input type="hidden" name="version" value=version />
            <input type="hidden" name="next" value=next />
            <div>
                <Button busy=form.busy()>"Accept and go on"</Button>
            </div>
        </Form>
    }
    .erase()
}

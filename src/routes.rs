//! Maps addresses to pages in one table. Leptos' own tuples of routes compile the router again for
//! each route.

use std::borrow::Cow;
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    ChooseView, GeneratedRouteData, MatchInterface, MatchNestedRoutes, MatchParams, Method,
    PathSegment, RouteMatchId, SsrMode,
};

type PageView = Pin<Box<dyn Future<Output = AnyView>>>;

/// Page at a path such as `/courses/:course`.
pub struct Route {
    path: &'static str,
    view: RouteView,
}

#[derive(Clone, Copy)]
enum RouteView {
    Here(fn() -> AnyView),
    Lazy(fn() -> PageView),
}

impl Route {
    pub fn new(path: &'static str, view: fn() -> AnyView) -> Self {
        let view = RouteView::Here(view);
        Self { path, view }
    }

    /// Creates a route whose page the browser downloads when it is first shown.
    pub fn lazy(path: &'static str, view: fn() -> PageView) -> Self {
        let view = RouteView::Lazy(view);
        Self { path, view }
    }
}

/// All routes. The first one that matches is used.
#[derive(Clone)]
pub struct RouteTable(Arc<[(RouteMatchId, Route)]>);

impl RouteTable {
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        Self(
            routes
                .into_iter()
                .map(|route| (RouteMatchId::new_from_route_id(), route))
                .collect(),
        )
    }
}

impl Route {
    fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').skip(1)
    }

    /// Returns the value of each `:name`, or None if the path does not match.
    fn params(&self, path: &str) -> Option<Vec<(Cow<'static, str>, String)>> {
        let mut given = path.split('/').skip(1);
        let mut params = Vec::new();
        for segment in self.segments() {
            let part = given.next()?;
            match segment.strip_prefix(':') {
                Some(name) if !part.is_empty() => params.push((name.into(), part.to_owned())),
                None if part == segment => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(params)
    }
}

impl MatchNestedRoutes for RouteTable {
    type Data = ();
    type Match = RouteMatch;

    fn match_nested<'a>(&'a self, path: &'a str) -> (Option<(RouteMatchId, RouteMatch)>, &'a str) {
        let trimmed = match path {
            "/" => path,
            _ => path.strip_suffix('/').unwrap_or(path),
        };
        let found = self.0.iter().find_map(|&(id, ref route)| {
            let matched = RouteMatch {
                id,
                matched: trimmed.to_owned(),
                params: route.params(trimmed)?,
                view: route.view,
            };
            Some((id, matched))
        });
        match found {
            Some(found) => (Some(found), ""),
            None => (None, path),
        }
    }

    fn generate_routes(&self) -> impl IntoIterator<Item = GeneratedRouteData> + '_ {
        self.0.iter().map(|(_, route)| GeneratedRouteData {
            segments: route
                .segments()
                .map(|segment| match segment.strip_prefix(':') {
                    Some(name) => PathSegment::Param(name.into()),
                    None => PathSegment::Static(format!("/{segment}").into()),
                })
                .collect(),
            // Renders the page as a whole, not as a stream. Rendering decides the status and the
            // title, which are sent first. In a stream they would race with the rendering, even if
            // a blocking resource held the response back.
            ssr_mode: SsrMode::Async,
            methods: HashSet::from([Method::Get]),
            regenerate: Vec::new(),
        })
    }

    fn optional(&self) -> bool {
        false
    }
}

pub struct RouteMatch {
    id: RouteMatchId,
    matched: String,
    params: Vec<(Cow<'static, str>, String)>,
    view: RouteView,
}

impl MatchParams for RouteMatch {
    fn to_params(&self) -> Vec<(Cow<'static, str>, String)> {
        self.params.clone()
    }
}

impl MatchInterface for RouteMatch {
    /// Routes are not nested, so this type is never used.
    type Child = RouteMatch;

    fn as_id(&self) -> RouteMatchId {
        self.id
    }

    fn as_matched(&self) -> &str {
        &self.matched
    }

    fn into_view_and_child(self) -> (impl ChooseView, Option<RouteMatch>) {
        (self.view, None)
    }
}

impl ChooseView for RouteView {
    async fn choose(self) -> AnyView {
        match self {
            Self::Here(view) => view(),
            Self::Lazy(view) => view().await,
        }
    }

    async fn preload(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_routes_with_a_part_for_every_name() {
        let route = |path| Route::new(path, || ().into_any());
        let table = RouteTable::new([
            route("/"),
            route("/courses"),
            route("/courses/new"),
            route("/courses/:course"),
        ]);
        let params = |path| table.match_nested(path).0.map(|(_, found)| found.params);
        assert_eq!(params("/"), Some(vec![]));
        assert_eq!(params("/courses"), Some(vec![]));
        assert_eq!(params("/courses/"), Some(vec![]));
        assert_eq!(params("/courses/new"), Some(vec![]));
        assert_eq!(
            params("/courses/rust"),
            Some(vec![("course".into(), "rust".to_owned())])
        );
        assert_eq!(params("/courses//"), None);
        assert_eq!(params("/courses/rust/1"), None);
        assert_eq!(params("/nothing"), None);
        let ids = ["/courses/new", "/courses/a", "/courses/b"]
            .map(|path| table.match_nested(path).0.unwrap().0);
        assert!(ids[0] != ids[1] && ids[1] == ids[2]);
    }
}

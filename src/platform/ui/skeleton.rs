//! Placeholders for content that is loading.

use leptos::prelude::*;

use super::Erase;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SkeletonKind {
    #[default]
    Line,
    Short,
    Title,
    Picture,
}

#[component]
pub fn Skeleton(#[prop(optional)] kind: SkeletonKind) -> impl IntoView {
    let class = match kind {
        SkeletonKind::Line => "skeleton",
        SkeletonKind::Short => "skeleton short",
        SkeletonKind::Title => "skeleton title",
        SkeletonKind::Picture => "skeleton picture",
    };
    view! { <span class=class aria-hidden="true"></span> }.erase()
}

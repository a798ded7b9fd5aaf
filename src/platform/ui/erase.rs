//! Type erasure for views in a small download. For every view, Leptos' `into_any` compiles a dozen
//! functions, including an asynchronous hydration that only lazy routes below the view need. That
//! is a quarter of the whole download. This erasure compiles three functions for each view in the
//! browser. On the server, where size does not matter, it uses `into_any`.

use leptos::children::{ChildrenOptContainer, ToChildren};
use leptos::prelude::*;

/// Erases a view's type like `into_any`, at a fraction of its size. A lazy route must not stand
/// below the view: the view hydrates at once, without waiting for the route's code.
pub trait Erase {
    fn erase(self) -> AnyView;
}

impl<V: RenderHtml + Send> Erase for V {
    #[cfg(not(feature = "hydrate"))]
    fn erase(self) -> AnyView {
        self.into_any()
    }

    #[cfg(feature = "hydrate")]
    fn erase(self) -> AnyView {
        browser::Erased::of(self.into_owned()).into_any()
    }
}

/// The children of a component, with their type erased.
pub struct Inside(Box<dyn FnOnce() -> AnyView + Send>);

impl Inside {
    pub fn view(self) -> AnyView {
        (self.0)()
    }
}

impl<F, V> ToChildren<F> for Inside
where
    F: FnOnce() -> V + Send + 'static,
    V: RenderHtml + Send + 'static,
{
    fn to_children(children: F) -> Self {
        Self(Box::new(move || children().erase()))
    }
}

impl<V> ToChildren<ChildrenOptContainer<V>> for Inside
where
    V: RenderHtml + Send + 'static,
{
    fn to_children(children: ChildrenOptContainer<V>) -> Self {
        Self(Box::new(move || children.0.erase()))
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::any::{Any, TypeId};

    use leptos::prelude::*;
    use leptos::tachys::html::attribute::Attribute;
    use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
    use leptos::tachys::hydration::Cursor;
    use leptos::tachys::renderer::Rndr;
    use leptos::tachys::renderer::types::{Element, Node, Placeholder};
    use leptos::tachys::view::{Position, PositionState};

    /// A view behind a pointer.
    pub struct Erased(Box<dyn DynView>);

    impl Erased {
        pub fn of<V: RenderHtml + 'static>(view: V) -> Self {
            Self(Box::new(view))
        }
    }

    trait DynView: Send {
        fn build(self: Box<Self>) -> ErasedState;
        /// Updates the state if it belongs to a view of the same type. Otherwise leaves the state
        /// alone and returns the view.
        fn rebuild(self: Box<Self>, state: &mut ErasedState) -> Result<(), Box<dyn DynView>>;
        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState;
    }

    impl<V: RenderHtml + 'static> DynView for V {
        fn build(self: Box<Self>) -> ErasedState {
            ErasedState {
                view: TypeId::of::<V>(),
                state: Box::new(Render::build(*self)),
                placeholder: if V::EXISTS {
                    None
                } else {
                    Some(Rndr::create_placeholder())
                },
            }
        }

        fn rebuild(self: Box<Self>, state: &mut ErasedState) -> Result<(), Box<dyn DynView>> {
            match (*state.state).as_any().downcast_mut::<V::State>() {
                Some(inner) if state.view == TypeId::of::<V>() => {
                    Render::rebuild(*self, inner);
                    Ok(())
                }
                _ => Err(self),
            }
        }

        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState {
            ErasedState {
                view: TypeId::of::<V>(),
                state: Box::new(RenderHtml::hydrate::<true>(*self, cursor, position)),
                placeholder: if V::EXISTS {
                    None
                } else {
                    Some(cursor.next_placeholder(position))
                },
            }
        }
    }

    pub struct ErasedState {
        view: TypeId,
        state: Box<dyn DynState>,
        /// Marks the place of a view without any DOM node.
        placeholder: Option<Placeholder>,
    }

    trait DynState: Mountable {
        fn as_any(&mut self) -> &mut dyn Any;
    }

    impl<S: Mountable + 'static> DynState for S {
        fn as_any(&mut self) -> &mut dyn Any {
            self
        }
    }

    impl Mountable for ErasedState {
        fn unmount(&mut self) {
            self.state.unmount();
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.unmount();
            }
        }

        fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
            self.state.mount(parent, marker);
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.mount(parent, marker);
            }
        }

        fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
            self.state.insert_before_this(child)
                || self
                    .placeholder
                    .as_ref()
                    .is_some_and(|placeholder| placeholder.insert_before_this(child))
        }

        fn elements(&self) -> Vec<Element> {
            self.state.elements()
        }
    }

    impl Render for Erased {
        type State = ErasedState;

        fn build(self) -> ErasedState {
            self.0.build()
        }

        fn rebuild(self, state: &mut ErasedState) {
            if let Err(other) = self.0.rebuild(state) {
                let mut new = other.build();
                state.insert_before_this(&mut new);
                state.unmount();
                *state = new;
            }
        }
    }

    impl AddAnyAttr for Erased {
        type Output<A: Attribute> = Erased;

        // Attributes that are spread over the view are kept by the `AnyView` around it.
        fn add_any_attr<A: Attribute>(self, _: A) -> Erased {
            self
        }
    }

    impl RenderHtml for Erased {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        async fn resolve(self) -> Self {
            self
        }

        // The browser never renders to a string.
        fn to_html_with_buf(
            self,
            _: &mut String,
            _: &mut Position,
            _: bool,
            _: bool,
            _: Vec<AnyAttribute>,
        ) {
        }

        // The default `hydrate_async` is kept: it hydrates at once.
        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> ErasedState {
            self.0.hydrate(cursor, position)
        }

        fn into_owned(self) -> Self {
            self
        }
    }
}

//! Lists whose items are moved by dragging them. An item stays where it is on the page until the
//! server has moved it. A drop presses a button of the list's form, named `which`, with a value of
//! [`ItemDrop`]. Each list also has buttons that move its items, for keyboards and for browsers
//! without JavaScript.
//!
//! Markup: `data-item` names an item in the value, `data-kind` says what it is, and `data-takes`
//! which kinds can be dropped on it.

use leptos::prelude::*;

use super::Erase;

/// The place where an item was dropped. Its text is "before:ITEM:TARGET" or "after:ITEM:TARGET".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemDrop<'a> {
    pub item: &'a str,
    pub target: &'a str,
    pub is_after: bool,
}

impl<'a> ItemDrop<'a> {
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':');
        let is_after = match parts.next()? {
            "before" => false,
            "after" => true,
            _ => return None,
        };
        let (item, target) = (parts.next()?, parts.next()?);
        parts.next().is_none().then_some(Self {
            item,
            target,
            is_after,
        })
    }

    /// Moves the item to its new place in a list. Returns false if the list does not have both, or
    /// they are the same.
    pub fn apply<T: PartialEq>(&self, list: &mut Vec<T>, item: T, target: &T) -> bool {
        let Some(from) = list.iter().position(|other| *other == item) else {
            return false;
        };
        if item == *target || !list.contains(target) {
            return false;
        }
        list.remove(from);
        let at = list.iter().position(|other| other == target).unwrap_or(0);
        list.insert(at + usize::from(self.is_after), item);
        true
    }
}

impl std::fmt::Display for ItemDrop<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.is_after { "after" } else { "before" };
        write!(f, "{place}:{}:{}", self.item, self.target)
    }
}

/// The handle by which an item is dragged.
pub fn grip() -> AnyView {
    view! { <span class="grip" aria-hidden="true"></span> }.erase()
}

/// Starts dragging on this page. Drops send the form with this id.
pub fn wake_drops(form: &'static str) {
    #[cfg(feature = "hydrate")]
    dragging::wake(form);
    #[cfg(not(feature = "hydrate"))]
    let _ = form;
}

#[cfg(feature = "hydrate")]
mod dragging {
    use std::cell::RefCell;

    use leptos::prelude::*;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;
    use web_sys::{Element, Event, HtmlElement, PointerEvent};

    use super::ItemDrop;

    const EVENTS: [&str; 4] = ["pointerdown", "pointermove", "pointerup", "pointercancel"];
    /// Attribute of the document while items can be dragged. The stylesheet then shows the handles.
    const AWAKE: &str = "data-drops";
    /// Distance from the window's edge, in pixels, within which dragging scrolls the page.
    const EDGE_PX: i32 = 70;
    const SCROLL_PX: f64 = 12.0;
    const MARKS: [&str; 2] = ["drop-before", "drop-after"];

    type DropHandler = Closure<dyn Fn(Event)>;

    pub fn wake(form: &'static str) {
        Effect::new(move |_| {
            let held: RefCell<Option<Held>> = RefCell::new(None);
            let handler = DropHandler::new(move |event: Event| handle(&event, &held, form));
            listen(&handler, true);
            let handler = SendWrapper::new(handler);
            on_cleanup(move || listen(&handler, false));
        });
    }

    fn listen(handler: &DropHandler, on: bool) {
        let (document, handler) = (document(), handler.as_ref().unchecked_ref());
        for name in EVENTS {
            let _ = match on {
                true => document.add_event_listener_with_callback(name, handler),
                false => document.remove_event_listener_with_callback(name, handler),
            };
        }
        if let Some(root) = document.document_element() {
            let _ = root.toggle_attribute_with_force(AWAKE, on);
        }
    }

    /// The item that is being dragged, and the place under the pointer.
    struct Held {
        item: Element,
        target: Option<(Element, bool)>,
    }

    fn handle(event: &Event, held: &RefCell<Option<Held>>, form: &str) {
        let pointer: &PointerEvent = event.unchecked_ref();
        match event.type_().as_str() {
            "pointerdown" => {
                let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
                let grip = target.filter(|it| it.class_list().contains("grip"));
                let item = grip.as_ref().and_then(|grip| closest(grip, "[data-kind]"));
                if let (Some(grip), Some(item)) = (grip, item)
                    && pointer.button() == 0
                {
                    // Otherwise the browser would select text.
                    event.prevent_default();
                    let _ = grip.set_pointer_capture(pointer.pointer_id());
                    let _ = item.class_list().add_1("dragged");
                    held.replace(Some(Held { item, target: None }));
                }
            }
            "pointermove" => {
                if let Some(held) = &mut *held.borrow_mut() {
                    held.moved(pointer);
                }
            }
            name => {
                if let Some(held) = held.take() {
                    held.dropped(form, name == "pointerup");
                }
            }
        }
    }

    impl Held {
        fn moved(&mut self, pointer: &PointerEvent) {
            let (x, y) = (pointer.client_x(), pointer.client_y());
            let height = window().inner_height().ok().and_then(|it| it.as_f64());
            if y < EDGE_PX {
                window().scroll_by_with_x_and_y(0.0, -SCROLL_PX);
            } else if f64::from(y + EDGE_PX) > height.unwrap_or(f64::MAX) {
                window().scroll_by_with_x_and_y(0.0, SCROLL_PX);
            }
            self.unmark();
            let kind = self.item.get_attribute("data-kind").unwrap_or_default();
            let below = document().element_from_point(x as f32, y as f32);
            let target =
                below.and_then(|below| closest(&below, &format!("[data-takes~='{kind}']")));
            self.target = target.filter(|it| *it != self.item).map(|target| {
                let area = target.get_bounding_client_rect();
                // Something of another kind, such as a heading, takes items only below itself.
                let is_other = target.get_attribute("data-kind").as_ref() != Some(&kind);
                let is_after = is_other || f64::from(y) > area.top() + area.height() / 2.0;
                let _ = target.class_list().add_1(MARKS[usize::from(is_after)]);
                (target, is_after)
            });
        }

        fn unmark(&self) {
            if let Some((target, _)) = &self.target {
                let _ = target.class_list().remove_2(MARKS[0], MARKS[1]);
            }
        }

        fn dropped(self, form: &str, is_meant: bool) {
            self.unmark();
            let _ = self.item.class_list().remove_1("dragged");
            let name = |element: &Element| element.get_attribute("data-item").unwrap_or_default();
            let Some((target, is_after)) = self.target.filter(|_| is_meant) else {
                return;
            };
            let drop = ItemDrop {
                item: &name(&self.item),
                target: &name(&target),
                is_after,
            };
            press(form, &drop.to_string());
        }
    }

    /// Sends the form as a button with this value would.
    fn press(form: &str, value: &str) {
        let (Ok(button), Some(body)) = (document().create_element("button"), document().body())
        else {
            return;
        };
        let attributes = [
            ("form", form),
            ("name", "which"),
            ("value", value),
            ("hidden", ""),
        ];
        for (name, value) in attributes {
            let _ = button.set_attribute(name, value);
        }
        let _ = body.append_child(&button);
        button.unchecked_ref::<HtmlElement>().click();
        button.remove();
    }

    fn closest(element: &Element, selector: &str) -> Option<Element> {
        element.closest(selector).ok()?
    }
}

#[cfg(test)]
mod rules {
    use super::*;

    #[test]
    fn a_drop_is_read_as_it_is_written() {
        let drop = ItemDrop {
            item: "t7",
            target: "m2",
            is_after: true,
        };
        assert_eq!(drop.to_string(), "after:t7:m2");
        assert_eq!(ItemDrop::parse("after:t7:m2"), Some(drop));
        for wrong in ["", "after", "after:a", "over:a:b", "before:a:b:c"] {
            assert_eq!(ItemDrop::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_item_goes_before_or_after_its_target() {
        let moved = |text: &str, item: char, target: char| {
            let mut list = vec!['a', 'b', 'c', 'd'];
            let done = ItemDrop::parse(text).is_some_and(|it| it.apply(&mut list, item, &target));
            (done, String::from_iter(list))
        };
        assert_eq!(moved("before:a:d", 'a', 'd'), (true, "bcad".to_owned()));
        assert_eq!(moved("after:a:d", 'a', 'd'), (true, "bcda".to_owned()));
        assert_eq!(moved("before:d:a", 'd', 'a'), (true, "dabc".to_owned()));
        assert_eq!(moved("after:b:b", 'b', 'b'), (false, "abcd".to_owned()));
        assert_eq!(moved("after:x:b", 'x', 'b'), (false, "abcd".to_owned()));
        assert_eq!(moved("after:b:x", 'b', 'x'), (false, "abcd".to_owned()));
    }
}

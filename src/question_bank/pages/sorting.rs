//! Moves the items of ordering and matching questions by pointer, buttons and keys. The selects of
//! the form hold the answer. Each move sets them and reports a change to the form, which saves it.
//! No place and no letter is ever given twice.

/// Starts to move items on this page, also those of questions that are loaded later.
pub fn wake() {
    #[cfg(feature = "hydrate")]
    browser::wake();
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::RefCell;
    use std::iter::successors;

    use leptos::prelude::*;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;
    use web_sys::{Element, Event, HtmlElement, HtmlSelectElement, KeyboardEvent, PointerEvent};

    const EVENTS: [&str; 7] = [
        "input",
        "click",
        "keydown",
        "pointerdown",
        "pointermove",
        "pointerup",
        "pointercancel",
    ];
    /// Attribute of the document while items can be moved. The stylesheet then shows the controls.
    const AWAKE: &str = "data-sorts";
    /// Distance from the window's edge, in pixels, within which dragging towards it scrolls the
    /// page.
    const EDGE_PX: i32 = 70;
    const SCROLL_PX: f64 = 12.0;

    type Handler = Closure<dyn Fn(Event)>;

    pub fn wake() {
        Effect::new(|_| {
            let drag = RefCell::new(None);
            let handler = Handler::new(move |event: Event| handle(&event, &drag));
            listen(&handler, true);
            let fields = document().query_selector_all("[data-sort=matches]");
            for field in (0..).map_while(|at| fields.as_ref().ok()?.item(at)) {
                show_matches(field.unchecked_ref());
            }
            let handler = SendWrapper::new(handler);
            on_cleanup(move || listen(&handler, false));
        });
    }

    /// Listens on the document before the form's own handlers, which read the selects.
    fn listen(handler: &Handler, on: bool) {
        let (document, handler) = (document(), handler.as_ref().unchecked_ref());
        for name in EVENTS {
            let _ = match on {
                true => document.add_event_listener_with_callback_and_bool(name, handler, true),
                false => document.remove_event_listener_with_callback_and_bool(name, handler, true),
            };
        }
        if let Some(root) = document.document_element() {
            let _ = root.toggle_attribute_with_force(AWAKE, on);
        }
    }

    fn handle(event: &Event, drag: &RefCell<Option<Drag>>) {
        let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let Some((target, field)) =
            target.and_then(|target| Some((target.clone(), closest(&target, "[data-sort]")?)))
        else {
            return;
        };
        let button = closest(&target, "[data-step]");
        match event.type_().as_str() {
            "input" => {
                if let Some(select) = target.dyn_ref() {
                    chosen(&field, select);
                }
            }
            "click" => {
                if let Some(button) = button {
                    let is_up = button.get_attribute("data-step").as_deref() == Some("-1");
                    step(&field, &button, if is_up { -1 } else { 1 });
                }
            }
            "keydown" => {
                let by = match event.unchecked_ref::<KeyboardEvent>().key().as_str() {
                    "ArrowUp" => -1,
                    "ArrowDown" => 1,
                    _ => return,
                };
                if let Some(button) = button {
                    event.prevent_default();
                    step(&field, &button, by);
                }
            }
            "pointerdown" => {
                let pointer: &PointerEvent = event.unchecked_ref();
                let is_grip = target.class_list().contains("grip") && pointer.button() == 0;
                if let Some(item) = closest(&target, "li").filter(|_| is_grip) {
                    // Otherwise the browser would select text.
                    event.prevent_default();
                    let _ = target.set_pointer_capture(pointer.pointer_id());
                    let _ = item.class_list().add_1("dragged");
                    let from = (pointer.page_x(), pointer.page_y());
                    drag.replace(Some(Drag { item, from }));
                }
            }
            "pointermove" => {
                if let Some(drag) = &*drag.borrow() {
                    drag.moved(&field, event.unchecked_ref());
                }
            }
            _ => {
                if let Some(drag) = drag.take() {
                    drag.dropped(&field);
                }
            }
        }
    }

    /// The row of an order or the offered match that is being dragged.
    struct Drag {
        item: Element,
        /// Place on the page where the pointer took hold of the item.
        from: (i32, i32),
    }

    impl Drag {
        fn moved(&self, field: &Element, pointer: &PointerEvent) {
            let (x, y) = (pointer.client_x(), pointer.client_y());
            let height = window().inner_height().ok().and_then(|it| it.as_f64());
            let downward = pointer.movement_y();
            if downward < 0 && y < EDGE_PX {
                window().scroll_by_with_x_and_y(0.0, -SCROLL_PX);
            } else if downward > 0 && f64::from(y + EDGE_PX) > height.unwrap_or(f64::MAX) {
                window().scroll_by_with_x_and_y(0.0, SCROLL_PX);
            }
            if is_order(field) {
                return follow(&self.item, f64::from(y));
            }
            let (left, top) = (
                pointer.page_x() - self.from.0,
                pointer.page_y() - self.from.1,
            );
            let by = format!("translate({left}px, {top}px)");
            let style = self.item.unchecked_ref::<HtmlElement>().style();
            let _ = style.set_property("transform", &by);
            // The dragged item lets the pointer through.
            let below = document().element_from_point(x as f32, y as f32);
            let below = below.and_then(|below| closest(&below, "li"));
            for row in rows(field) {
                let is_below = below.as_ref() == Some(&row.item);
                let _ = row.item.class_list().toggle_with_force("over", is_below);
            }
        }

        fn dropped(self, field: &Element) {
            let _ = self.item.class_list().remove_1("dragged");
            if is_order(field) {
                number(field, &self.item);
                return changed(field);
            }
            let style = self.item.unchecked_ref::<HtmlElement>().style();
            let _ = style.remove_property("transform");
            let mut rows = rows(field).into_iter();
            if let Some(row) = rows.find(|row| row.item.class_list().contains("over")) {
                let _ = row.item.class_list().remove_1("over");
                let value = self.item.get_attribute("data-value");
                row.select.set_value(&value.unwrap_or_default());
                take_letter(field, &row);
                changed(field);
            }
        }
    }

    /// Handles the choice of a number or a letter.
    fn chosen(field: &Element, select: &HtmlSelectElement) {
        let Some(row) = closest(select, "li").and_then(Row::of) else {
            return;
        };
        if !is_order(field) {
            return take_letter(field, &row);
        }
        match select.value().parse::<usize>() {
            Ok(place) => {
                put(&row.item, place - 1);
                number(field, &row.item);
            }
            Err(_) => {
                for row in rows(field) {
                    row.select.set_value("");
                }
                say(field, "No order given.");
            }
        }
    }

    /// Moves a row, or the match of a row, by one.
    fn step(field: &Element, button: &Element, by: i32) {
        let Some(row) = closest(button, "li") else {
            return;
        };
        let other = match by < 0 {
            true => row.previous_element_sibling(),
            false => row.next_element_sibling(),
        };
        if is_order(field) {
            if let Some(other) = other {
                put(&row, place_of(&other));
            }
            number(field, &row);
        } else if let (Some(row), Some(other)) = (Row::of(row), other.and_then(Row::of)) {
            let value = other.select.value();
            other.select.set_value(&row.select.value());
            row.select.set_value(&value);
            take_letter(field, &other);
            // The focus follows the match, so that the next press moves it on.
            let button = other.find(&format!("[data-step='{by}']"));
            if let Some(button) = button {
                let _ = button.unchecked_ref::<HtmlElement>().focus();
            }
        }
        changed(field);
    }

    /// Moves a row to where the pointer is.
    fn follow(row: &Element, y: f64) {
        let middle = |other: Element| {
            let other = other.get_bounding_client_rect();
            other.top() + other.height() / 2.0
        };
        while (row.next_element_sibling()).is_some_and(|next| y > middle(next)) {
            put(row, place_of(row) + 1);
        }
        while (row.previous_element_sibling()).is_some_and(|before| y < middle(before)) {
            put(row, place_of(row) - 1);
        }
    }

    /// Moves a row to a place, from 0. The others move around it: a row that is taken out of the
    /// page would lose the focus and the pointer.
    fn put(row: &Element, place: usize) {
        loop {
            let at = place_of(row);
            let moved = if at < place {
                let next = row.next_element_sibling();
                next.map(|next| row.before_with_node_1(&next))
            } else if at > place {
                let before = row.previous_element_sibling();
                before.map(|before| row.after_with_node_1(&before))
            } else {
                None
            };
            if moved.is_none() {
                return;
            }
        }
    }

    /// Numbers all rows of an order as they stand, after `moved` was moved.
    fn number(field: &Element, moved: &Element) {
        let rows = rows(field);
        for (row, place) in rows.iter().zip(1usize..) {
            row.select.set_value(&place.to_string());
            if row.item == *moved {
                let words = row.words();
                say(field, &format!("{words}: place {place} of {}", rows.len()));
            }
        }
    }

    /// Takes the letter of a row from any other row that has it.
    fn take_letter(field: &Element, row: &Row) {
        let value = row.select.value();
        for other in rows(field) {
            if other.item != row.item && other.select.value() == value {
                other.select.set_value("");
            }
        }
        show_matches(field);
        let matched = row.find(".sort-match").and_then(|it| it.text_content());
        let matched = matched.filter(|it| !it.is_empty());
        let matched = matched.unwrap_or_else(|| "no match".to_owned());
        say(field, &format!("{}: {matched}", row.words()));
    }

    /// Shows the text of its match in each row, and marks the offered items that are used.
    fn show_matches(field: &Element) {
        let offered = elements(field, "[data-value]");
        for item in &offered {
            let _ = item.class_list().remove_1("used");
        }
        for row in rows(field) {
            let value = row.select.value();
            let is_it = |item: &&Element| item.get_attribute("data-value").as_ref() == Some(&value);
            let text = offered.iter().find(is_it).and_then(|item| {
                let _ = item.class_list().add_1("used");
                Some(item.last_element_child()?.inner_html())
            });
            if let Some(shown) = row.find(".sort-match") {
                shown.set_inner_html(&text.unwrap_or_default());
            }
        }
    }

    /// Announces a move to screen readers.
    fn say(field: &Element, text: &str) {
        if let Ok(Some(region)) = field.query_selector("[aria-live]") {
            region.set_text_content(Some(text));
        }
    }

    /// Reports a change to the form.
    fn changed(field: &Element) {
        if let Ok(event) = Event::new("input") {
            // The options of the constructor would need another feature of web-sys.
            event.init_event_with_bubbles("input", true);
            let _ = field.dispatch_event(&event);
        }
    }

    struct Row {
        item: Element,
        select: HtmlSelectElement,
    }

    impl Row {
        fn of(item: Element) -> Option<Self> {
            let select = item.query_selector("select").ok()??.dyn_into().ok()?;
            Some(Self { item, select })
        }

        fn find(&self, selector: &str) -> Option<Element> {
            self.item.query_selector(selector).ok()?
        }

        /// The text of the row's item.
        fn words(&self) -> String {
            let text = self.find("[id^=ly-t]").and_then(|text| text.text_content());
            text.unwrap_or_default()
        }
    }

    fn rows(field: &Element) -> Vec<Row> {
        let items = elements(field, "ul > li");
        items.into_iter().filter_map(Row::of).collect()
    }

    fn elements(field: &Element, selector: &str) -> Vec<Element> {
        let found = field.query_selector_all(selector).ok();
        (0..)
            .map_while(|at| found.as_ref()?.item(at)?.dyn_into().ok())
            .collect()
    }

    fn is_order(field: &Element) -> bool {
        field.get_attribute("data-sort").as_deref() == Some("order")
    }

    fn place_of(row: &Element) -> usize {
        successors(
            row.previous_element_sibling(),
            Element::previous_element_sibling,
        )
        .count()
    }

    fn closest(element: &Element, selector: &str) -> Option<Element> {
        element.closest(selector).ok()?
    }
}

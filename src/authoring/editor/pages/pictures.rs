//! The form that adds a picture to the text. Pictures that are pasted into the text or dropped on
//! it come here too, because each needs a description.

use leptos::prelude::*;

use super::keeper::Keeper;
use crate::authoring::editor::{ALT_CHARACTERS, PICTURE_UPLOAD, PictureNote};
use crate::platform::ui::{Erase, Field};

/// Ids of the parts of the form.
pub const PICTURE: &str = "ly-picture";
pub const PICTURE_FILE: &str = "ly-picture-file";
pub const PICTURE_ALT: &str = "ly-picture-alt";

pub fn picture_form(course: &str, topic: &str, note: PictureNote, keeper: Keeper) -> AnyView {
    let (course, topic) = (course.to_owned(), topic.to_owned());
    let is_open = note != PictureNote::default();
    let said = keeper.picture;
    let added = (!note.markdown.is_empty()).then(|| {
        view! {
            <p role="status">
                "The picture is stored. Put this line into the text: " <code>{note.markdown.clone()}</code>
            </p>
        }
    });
    let problem = note.problem.clone();
    let sentence = move || match said.get() {
        words if words.is_empty() => problem.clone(),
        words => words,
    };
    view! {
        <details class="topic-picture" id=PICTURE open=is_open>
            <summary>"Add a picture"</summary>
            <form
                class="stack"
                method="post"
                action=PICTURE_UPLOAD
                enctype="multipart/form-data"
                on:submit=move |event| keeper.add_picture(&event)
            >
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="topic" value=topic />
                <p class="topic-status" role="alert">
                    {sentence}
                </p>
                {added}
                <div class="control">
                    <label class="control-label" for=PICTURE_FILE>
                        "Picture"
                    </label>
                    <input
                        class="input"
                        id=PICTURE_FILE
                        type="file"
                        name="file"
                        accept="image/png,image/jpeg,image/webp,image/gif,image/avif"
                        required=true
                        aria-describedby="ly-picture-hint"
                    />
                    <p class="hint" id="ly-picture-hint">
                        "PNG, JPEG, WebP, GIF or AVIF, at most 20 MB. You can also paste a picture into the text, or drop it there."
                    </p>
                </div>
                <Field
                    id=PICTURE_ALT
                    name="alt"
                    label="Description"
                    hint="Read to people who can’t see the picture."
                    value=note.alt
                    max_length=ALT_CHARACTERS
                    required=true
                    autocomplete="off"
                />
                <div class="row">
                    <button class="btn second">"Add picture"</button>
                </div>
            </form>
        </details>
    }
    .erase()
}

//! Pictures in imported question files.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const PAGE: &[u8] = b"<html><script>alert(1)</script></html>";

fn file(name: &str, content: &[u8]) -> String {
    let content = BASE64_STANDARD.encode(content);
    format!("<file name=\"{name}\" path=\"/\" encoding=\"base64\">{content}</file>")
}

/// A question that shows a picture and an HTML page with a picture's name, and an essay with a
/// picture.
fn quiz(alt: &str) -> String {
    let shown =
        |name: &str, alt: &str| format!("&lt;img src=\"@@PLUGINFILE@@/{name}\" alt=\"{alt}\"&gt;");
    format!(
        "<quiz><question type=\"multichoice\"><name><text>map</text></name><questiontext format=\"html\"><text>What is {} {}?</text>{}{}</questiontext>
         <single>true</single><answer fraction=\"100\"><text>a</text></answer><answer fraction=\"0\"><text>b</text></answer></question>
         <question type=\"essay\"><name><text>essay</text></name><questiontext format=\"html\"><text>Tell of {}.</text>{}</questiontext></question></quiz>",
        shown("map.png", alt),
        shown("page.png", ""),
        file("map.png", PNG),
        file("page.png", PAGE),
        shown("fox.gif", "A fox"),
        file("fox.gif", GIF),
    )
}

async fn import(browser: &mut Browser<'_>, place: &str, content: &str) -> String {
    let fields = [("course", "small"), ("place", place), ("purpose", "quiz")];
    outcome(browser, "maps.xml", &fields, content.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_a_file_of_the_course() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let report = import(&mut tutor, &place, &quiz("A map")).await;
    assert!(report.contains("its content is no picture"), "{report}");
    // The picture of the essay, which is refused, and the HTML page are not stored.
    let stored = "select count(*) from course_files where name like 'from-files/%'";
    assert_eq!(site.test.count(stored).await, 1);
    assert_eq!(
        site.test
            .count("select count(*) from stored_files where media_type = 'image/gif'")
            .await,
        0
    );
    let html = "select prompt_html from quiz_questions where prompt like 'What is ![A map](file:from-files/%'";
    let html = site.test.text(html).await;
    let (_, address) = html.split_once("src=\"").unwrap();
    let address = address.split('"').next().unwrap();
    assert!(address.starts_with("/files/"), "{html}");
    assert!(html.contains("alt=\"A map\""), "{html}");

    // Everybody who may read the course sees the picture, and it stays when the course is imported
    // again.
    gated_course().import(&site).await;
    let picture = tutor.get(address).await;
    assert_eq!(picture.status, StatusCode::OK);
    assert_eq!(picture.header("content-type"), "image/png");
    let mut stranger = site
        .signed_in("stranger@example.org", UserRole::Learner)
        .await;
    assert_eq!(stranger.get(address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.visitor().get(address).await.status,
        StatusCode::NOT_FOUND
    );

    // The same file adds nothing, and another alternative text changes only the question.
    import(&mut tutor, &place, &quiz("A map")).await;
    import(&mut tutor, &place, &quiz("A map of Ghent")).await;
    assert_eq!(site.test.count(stored).await, 1);
    assert_eq!(
        site.test
            .count("select count(*) from quiz_questions where prompt like 'What is ![A map of Ghent](%'")
            .await,
        1
    );
}

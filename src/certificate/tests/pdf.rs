//! The PDF of a certificate.

use axum::http::StatusCode;

use super::{course, signed};
use crate::certificate::server::{fonts, pdf};
use crate::certificate::{CertificateFacts, ProgramType};
use crate::platform::ui::Language;
use crate::testing::site::TestSite;
use crate::testing::{learner, mark_done, only_code};

#[tokio::test(flavor = "multi_thread")]
async fn the_pdf_is_for_its_owner_and_has_its_fonts_and_its_link() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic, true).await;
    let code = only_code(&site).await;
    let pdf = asha
        .get(&format!("/certificates/{code}/certificate.pdf"))
        .await;
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.header("content-disposition").contains(&code));
    assert!(pdf.body.starts_with("%PDF-1."));
    assert_eq!(
        pdf.body.matches("/Type/Page\n").count() + pdf.body.matches("/Type /Page\n").count(),
        1
    );
    assert!(
        pdf.body
            .contains(&format!("(http://127.0.0.1:3000/certificates/{code})"))
    );
    assert!(pdf.body.contains("/FontFile2") && pdf.body.contains("/ToUnicode"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_font_has_gets_a_pdf_that_says_so() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let mut ming = learner(&site, "ming@example.org").await;
    site.test
        .sql("update users set display_name = '王小明'")
        .await;
    mark_done(&mut ming, &topic, true).await;
    let path = format!("/certificates/{}", only_code(&site).await);
    let page = ming.get(&path).await.body;
    assert!(page.contains("王小明") && page.contains("certificate.pdf"));
    let pdf = ming.get(&format!("{path}/certificate.pdf")).await;
    assert_eq!(pdf.status, StatusCode::OK);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with("%PDF-1."));
}

fn facts(name: &str, title: &str, organization: &str) -> CertificateFacts {
    let code = &signed().certificate.code;
    CertificateFacts {
        code: code.clone(),
        address: format!("https://learn.example/certificates/{code}"),
        learner_name: name.to_owned(),
        course_title: title.to_owned(),
        course_language: Language::new("en"),
        organization_name: organization.to_owned(),
        program: ProgramType::Workshop,
        completed_on: ("1 March 2026".to_owned(), String::new()),
        issued_on: "1 March 2026".to_owned(),
        revoked_on: None,
    }
}

#[test]
fn every_length_of_name_and_title_is_drawn() {
    let folder = fonts::testing::system_folder();
    let bundled = fonts::testing::bundled_only(folder.path());
    let with_system = fonts::testing::with_system(folder.path());
    for (name, title) in [
        ("A", "B"),
        ("Asha Kulkarni", "How to trust a number"),
        (
            &*"Wolfeschlegelsteinhausenbergerdorff ".repeat(5),
            &*"A very long title, ".repeat(20),
        ),
        ("محمد علي", &*"x".repeat(400)),
        ("王小明", &*"语言圣经".repeat(30)),
        ("Ming 王 \u{202e}🦀\u{200d}🦀", "\u{200d}"),
        ("", ""),
        ("שרה כהן", "สมชาย ใจดี"),
    ] {
        for library in [bundled, with_system] {
            let drawn = pdf::draw(library, &facts(name, title, "学校")).unwrap();
            assert!(
                drawn.len() < 100_000,
                "fonts are cut down: {} bytes",
                drawn.len()
            );
        }
    }
}

//! Tests of certificates from completion to revocation, over HTTP like a person, and of
//! credentials.

mod credentials;
mod issue;
mod pdf;
mod revocation;

use std::sync::OnceLock;

use axum::http::StatusCode;
use uuid::Uuid;

use super::ProgramType;
use crate::certificate::server::badge::{self, Issuer};
use crate::certificate::server::code;
use crate::certificate::server::keys::{self, PublicKey, SigningKey};
use crate::certificate::server::store::Certificate;
use crate::platform::ids::{CourseId, UserId};
use crate::testing::site::{Browser, TestSite};
use crate::testing::{CourseBuilder, topic_id};

/// Imports a course of one topic, without quizzes. Returns the id of the topic.
async fn course(site: &TestSite) -> String {
    let course = CourseBuilder::new("small").title("A small course");
    course.module("M").topic("t").import(site).await;
    topic_id(site, "t").await
}

/// Returns the page that checks this text.
async fn checked(browser: &mut Browser<'_>, text: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("text", text)
        .finish();
    let answer = browser.get(&format!("/verify?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.body
}

struct Signed {
    issuer: Issuer,
    certificate: Certificate,
    secret: SigningKey,
    keys: Vec<PublicKey>,
    token: String,
}

fn signed() -> &'static Signed {
    static SIGNED: OnceLock<Signed> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let at = "2026-03-01T12:00:00.5Z".parse().unwrap();
        let certificate = Certificate {
            user_id: UserId(Uuid::nil()),
            course_id: CourseId(Uuid::nil()),
            program_type: ProgramType::SelfPaced,
            code: code::draw(),
            learner_name: "Asha Kulkarni".to_owned(),
            course_title: "How to trust a number".to_owned(),
            course_language: "en".to_owned(),
            organization_name: "Lyceum".to_owned(),
            completed_at: at,
            issued_at: at,
            revoked_at: None,
            revocation_reason: None,
            rating: None,
            feedback: None,
        };
        let issuer = Issuer {
            site: "https://learn.example".to_owned(),
            name: "Lyceum".to_owned(),
        };
        let (jwk, secret) = keys::generate().unwrap();
        let kid = Uuid::from_u128(7);
        let secret = SigningKey { kid, secret };
        let token = badge::sign(&issuer, &certificate, &secret).unwrap();
        Signed {
            issuer,
            certificate,
            secret,
            keys: vec![PublicKey { kid, jwk }],
            token,
        }
    })
}

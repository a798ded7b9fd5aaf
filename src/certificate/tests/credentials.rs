//! Credentials are signed, checked and refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{checked, course, signed};
use crate::certificate::server::badge::{self, CredentialRefusal, Issuer};
use crate::certificate::server::code;
use crate::certificate::server::keys::{self, SigningKey};
use crate::certificate::server::store::Certificate;
use crate::testing::site::TestSite;
use crate::testing::{learner, mark_done, only_code};

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_checked_by_anybody() {
    let site = TestSite::new().await;
    let topic = course(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    mark_done(&mut asha, &topic, true).await;
    let code = only_code(&site).await;
    let file = format!("/certificates/{code}/credential.jwt");
    let tabs = (0..4).map(|_| {
        let mut tab = asha.tab();
        let file = file.clone();
        async move { tab.get(&file).await }
    });
    let tokens: Vec<String> = futures::future::join_all(tabs)
        .await
        .into_iter()
        .map(|answer| {
            assert_eq!(
                answer.header("content-type"),
                "application/vc+jwt",
                "{}",
                answer.body
            );
            answer.body
        })
        .collect();
    assert!(
        tokens.iter().all(|token| *token == tokens[0]),
        "one key signs"
    );
    assert_eq!(
        site.test
            .count("select count(*) from organization_keys")
            .await,
        1
    );
    let token = &tokens[0];

    // Verify as a stranger would, with the addresses that the credential names.
    let mut visitor = site.visitor();
    let parts: Vec<Value> = token.split('.').take(2).map(decoded).collect();
    let (header, payload) = (&parts[0], &parts[1]);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert_eq!(payload["iss"], payload["issuer"]["id"]);
    assert_eq!(payload["jti"], payload["id"]);
    assert_eq!(payload["sub"], payload["credentialSubject"]["id"]);
    let here = |url: &Value| url.as_str().unwrap().replace("http://127.0.0.1:3000", "");
    let key: Value = serde_json::from_str(&visitor.get(&here(&header["kid"])).await.body).unwrap();
    assert!(key["d"].is_null() && key["kid"] == header["kid"]);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public = ring::signature::RsaPublicKeyComponents {
        n: bytes(key["n"].as_str().unwrap()),
        e: bytes(key["e"].as_str().unwrap()),
    };
    let scheme = &ring::signature::RSA_PKCS1_2048_8192_SHA256;
    public
        .verify(scheme, message.as_bytes(), &bytes(signature))
        .unwrap();
    let profile: Value =
        serde_json::from_str(&visitor.get(&here(&payload["iss"])).await.body).unwrap();
    assert_eq!(profile["id"], payload["iss"]);
    let set: Value =
        serde_json::from_str(&visitor.get("/.well-known/jwks.json").await.body).unwrap();
    assert_eq!(set["keys"], json!([key]));

    // The token also verifies on our own page, even after its key was retired.
    let retire = "update organization_keys set retired_at = now()";
    site.test.sql(retire).await;
    let take_up = "update organization_keys set retired_at = null";
    assert!(site.test.refuses(take_up).await);
    let page = format!("http://127.0.0.1:3000/certificates/{code}");
    let wrapped = format!("{}\r\n {}", &token[..70], &token[70..]);
    let copied = [
        format!("{page}/credential.jwt"),
        format!("{page}/certificate.pdf"),
        format!("See {page}."),
        format!("{page}/"),
        format!("{page}?utm_source=a.mail"),
        format!("<{page}#learner>"),
    ];
    let whole = [token, &code, &page, &wrapped];
    for genuine in whole.into_iter().chain(&copied) {
        let said = checked(&mut visitor, genuine).await;
        assert!(
            said.contains("This certificate is genuine")
                && said
                    .contains("completed “<bdi lang=\"en\" dir=\"ltr\">A small course</bdi>” at "),
            "{said}"
        );
    }
    let again = asha.get(&file).await.body;
    assert!(again != *token && checked(&mut visitor, &again).await.contains("is genuine"));
    let spoilt = format!("{}A{}", &token[..200], &token[201..]);
    for (bad, why) in [
        (spoilt.as_str(), "This is not one of our certificates"),
        ("a.b.c", "It is incomplete"),
        (
            "https://learn.example/index.html",
            "There is no certificate with this code here.",
        ),
        (
            "0000-0000-0000",
            "There is no certificate with this code here.",
        ),
        (&"x.".repeat(9000), "It is incomplete"),
    ] {
        assert!(checked(&mut visitor, bad).await.contains(why), "{why}");
    }
    // Another organization has no record of the certificate and does not know the key.
    site.test
        .other_organization("theirs", "theirs.example")
        .await;
    visitor.host = "theirs.example".to_owned();
    assert!(
        checked(&mut visitor, token)
            .await
            .contains("It says that it was issued by")
    );
    assert!(
        checked(&mut visitor, &code)
            .await
            .contains("There is no certificate")
    );
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn refusal(token: &str) -> Option<CredentialRefusal> {
    let signed = signed();
    badge::read(token, &signed.keys, &signed.issuer).err()
}

#[test]
fn what_was_not_signed_by_us_is_refused() {
    let signed = signed();
    let read = badge::read(&signed.token, &signed.keys, &signed.issuer).unwrap();
    assert!(read.agree_with(&signed.certificate));
    let parts: Vec<&str> = signed.token.split('.').collect();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let headed = |header: Value| format!("{}.{}.{}", encoded(&header), parts[1], parts[2]);
    let kid = decoded(parts[0])["kid"].clone();

    let mut payload = decoded(parts[1]);
    payload["credentialSubject"]["identifier"][0]["identityHash"] = json!("Mallory");
    let altered = format!("{}.{}.{}", parts[0], encoded(&payload), parts[2]);
    assert_eq!(refusal(&altered), Some(CredentialRefusal::Forged));
    let unsigned = encoded(&json!({ "alg": "none", "kid": kid }));
    assert_eq!(
        refusal(&format!("{unsigned}.{}.", encoded(&payload))),
        Some(CredentialRefusal::Unsigned)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "nOnE", "kid": kid }))),
        Some(CredentialRefusal::Unsigned)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "HS256", "kid": kid }))),
        Some(CredentialRefusal::OtherAlgorithm)
    );
    assert_eq!(
        refusal(&headed(json!({ "alg": "RS256", "kid": "x" }))),
        Some(CredentialRefusal::UnknownKey)
    );
    // A key inside the token is not trusted.
    let own = json!({ "alg": "RS256", "jwk": signed.keys[0].jwk });
    assert_eq!(refusal(&headed(own)), Some(CredentialRefusal::UnknownKey));
    for broken in [
        "",
        ".",
        "..",
        "x",
        &signed.token[..400],
        &format!("{}.x", signed.token),
    ] {
        assert_eq!(refusal(broken), Some(CredentialRefusal::Broken), "{broken}");
    }

    // A forger signs under our key's id.
    let (_, stolen) = keys::generate().unwrap();
    let forger = SigningKey {
        kid: signed.secret.kid,
        secret: stolen,
    };
    let forged = badge::sign(&signed.issuer, &signed.certificate, &forger).unwrap();
    assert_eq!(refusal(&forged), Some(CredentialRefusal::Forged));
    let elsewhere = Issuer {
        site: "https://other.example".to_owned(),
        name: "Other".to_owned(),
    };
    let stranger = SigningKey {
        kid: Uuid::from_u128(8),
        ..forger
    };
    let theirs = badge::sign(&elsewhere, &signed.certificate, &stranger).unwrap();
    assert_eq!(
        refusal(&theirs),
        Some(CredentialRefusal::OtherIssuer(elsewhere.id()))
    );

    // Claims signed with our key, but different from our record.
    for change in [
        |c: &mut Certificate| c.learner_name = "Mallory".to_owned(),
        |c: &mut Certificate| c.course_title = "Another".to_owned(),
        |c: &mut Certificate| c.code = code::draw(),
        |c: &mut Certificate| c.issued_at += chrono::TimeDelta::seconds(1),
    ] {
        let mut other = signed.certificate.clone();
        change(&mut other);
        assert!(!read.agree_with(&other));
    }
    // The token stays valid after the site moved.
    assert!(badge::read(&signed.token, &signed.keys, &elsewhere).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_byte_of_a_credential_can_be_changed(at in 0..10_000usize, to in 0..128u8) {
        let token = &signed().token;
        let at = at % token.len();
        prop_assume!(token.as_bytes()[at] != to);
        let changed = format!("{}{}{}", &token[..at], char::from(to), &token[at + 1..]);
        prop_assert!(refusal(&changed).is_some());
    }
}

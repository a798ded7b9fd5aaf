//! Tests of rights that the table of all server functions does not show: members of a cohort who
//! are elsewhere, paused, early or late, and tutors who no longer teach.

use axum::body::Body;
use axum::http::{StatusCode, header};
use leptos::server_fn;

use super::orders::{order, with_cart};
use super::{registration_of, site_with_course};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, function_path};
use crate::testing::{CohortBuilder, OfferingBuilder, tutor};

/// Expected status for, in this order: a member of another cohort of the course, a paused member
/// of the offering's cohort, a member of a cohort that has not started, a member of one that has
/// ended, and a tutor who no longer teaches the course. The application and the order are another
/// person's.
const TABLE: &str = "
    GET manage/api/load_offerings course=small                                      403 403 403 403 403
    GET manage/api/load_offering_form course=small&offering=OFFERING                403 403 403 403 403
    manage/api/save_offering    course=small&id=OFFERING                            403 403 403 403 403
    manage/api/set_offering_open course=small&offering=OFFERING&open=false          403 403 403 403 403
    GET manage/api/load_assessment course=small                                     403 403 403 403 403
    manage/api/add_assessment_question course=small&question[prompt]=x              403 403 403 403 403
    manage/api/remove_assessment_question course=small&question=NOBODY              403 403 403 403 403
    GET review/api/load_offering course=small&offering=OFFERING&filter=all&page=0   403 403 403 403 403
    GET review/api/load_review  course=small&registration=REGISTRATION&filter=all   403 403 403 403 403
    review/api/decide           course=small&offering=OFFERING&decision=reject&one=REGISTRATION 403 403 403 403 403
    review/api/undo_decision    course=small&registration=REGISTRATION              403 403 403 403 403
    review/api/undo_decisions   course=small&offering=OFFERING&act=NOBODY           403 403 403 403 403
    review/api/save_act_mail    course=small&offering=OFFERING&act=NOBODY&subject=x&text=x 403 403 403 403 403
    review/api/save_decision_mail course=small&registration=REGISTRATION&subject=x&text=x 403 403 403 403 403
    review/api/save_mail_template course=small&offering=OFFERING&decision=reject&subject=x&text=x 403 403 403 403 403
    review/api/record_payment   course=small&registration=REGISTRATION              403 403 403 403 403
    review/api/release_seat     course=small&registration=REGISTRATION              403 403 403 403 403
    review/api/offer_seats      course=small&offering=OFFERING                      403 403 403 403 403
    GET desk/api/load_offering_orders course=small&offering=OFFERING&filter=all&page=0 403 403 403 403 403
    GET desk/api/load_offering_order course=small&offering=OFFERING&order=ORDERED   403 403 403 403 403
    desk/api/record_order_payment course=small&offering=OFFERING&order=ORDERED&money[amount]=48&money[method]=cash 403 403 403 403 403
    desk/api/undo_order_money   course=small&offering=OFFERING&order=ORDERED&payment=NOBODY 403 403 403 403 403
    desk/api/cancel_order       course=small&offering=OFFERING&order=ORDERED        403 403 403 403 403
    desk/api/refund_order       course=small&offering=OFFERING&order=ORDERED        403 403 403 403 403
    desk/api/refund_to_card     course=small&offering=OFFERING&order=ORDERED        403 403 403 403 403
    GET desk/api/load_payment_settings course=small                                 403 403 403 403 403
    desk/api/save_payment_settings course=small&instructions=x                      403 403 403 403 403
    desk/api/add_discount_code  course=small                                        403 403 403 403 403
    desk/api/set_discount_active course=small&discount=NOBODY&active=true           403 403 403 403 403
    GET orders/api/load_cart    -                                                   200 200 200 200 200
    orders/api/add_to_cart      offering=OFFERING                                   409 409 409 409 409
    orders/api/remove_from_cart offering=OFFERING                                   200 200 200 200 200
    orders/api/enter_code       voucher=NONE                                        422 422 422 422 422
    orders/api/remove_code      -                                                   200 200 200 200 200
    orders/api/place_order      name=X                                              409 409 409 409 409
    GET orders/api/load_orders  -                                                   200 200 200 200 200
    GET orders/api/load_order   order=ORDERED                                       404 404 404 404 404
    orders/api/cancel_own_order order=ORDERED                                       404 404 404 404 404
    orders/api/pay_by_card      order=ORDERED                                       404 404 404 404 404
    GET apply/api/load_application offering=OFFERING&token=                         200 200 200 200 200
    GET apply/api/load_join     code=spring                                         200 200 200 200 200
    apply/api/start_application offering=OFFERING                                   200 409 200 200 200
    apply/api/save_details      offering=OFFERING&name=X                            200 404 200 200 200
    apply/api/save_answers      offering=OFFERING                                   200 404 200 200 200
    apply/api/answer_offer      offering=OFFERING&accept=true                       409 404 409 409 409
    apply/api/submit_application offering=OFFERING                                  200 404 200 200 200
    apply/api/withdraw_application offering=OFFERING                                200 404 200 200 200
";

async fn call(
    person: &mut Browser<'_>,
    method: &str,
    function: &str,
    arguments: &str,
) -> StatusCode {
    let path = function_path(function);
    let request = match method {
        "GET" => person
            .request("GET", &format!("{path}?{arguments}"))
            .body(Body::empty()),
        _ => person
            .request("POST", &path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(arguments.to_owned())),
    };
    person.send(request.unwrap()).await.status
}

#[test]
fn every_function_of_admission_is_in_the_table() {
    for (path, _) in server_fn::axum::server_fn_paths() {
        if path.contains("/admission/") {
            let parts: Vec<&str> = path.split('/').collect();
            let name = parts[parts.len() - 3..].join("/");
            assert!(TABLE.contains(&format!("{name} ")), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_members_and_former_tutors_get_what_the_table_says() {
    let site = site_with_course().await;
    let autumn = CohortBuilder::new("small", "Autumn").member("paused@example.org");
    let autumn = autumn.make(&site).await;
    let winter = CohortBuilder::new("small", "Winter").member("other@example.org");
    winter.make(&site).await;
    let spring = CohortBuilder::new("small", "Coming").starts_in(7);
    spring.member("early@example.org").make(&site).await;
    let old = CohortBuilder::new("small", "Old")
        .starts_in(-30)
        .ends_in(-1);
    old.member("late@example.org").make(&site).await;
    let mut people = Vec::new();
    for name in ["other", "paused", "early", "late"] {
        let email = format!("{name}@example.org");
        people.push(site.signed_in(&email, UserRole::Learner).await);
    }
    people.push(tutor(&site, "meera@example.org").await);
    site.test
        .sql("update cohort_members set status = 'paused' where email = 'paused@example.org'")
        .await;
    let offering = OfferingBuilder::new("small")
        .price("48")
        .field("joins_by", "spring")
        .field("program", "cohort")
        .field("cohort", &autumn);
    let offering = offering.create(&site).await;
    let mut asha = with_cart(&site, &offering, "asha").await;
    let ordered = order(&mut asha).await;
    let registration = registration_of(&site, "asha@example.org").await;
    let pages = [
        "/teach/small/admissions".to_owned(),
        format!("/teach/small/admissions/{offering}"),
    ];
    for page in &pages {
        people[4].get(page).await.assert_ok();
    }
    site.test
        .sql("update course_tutors set is_active = false")
        .await;
    for page in &pages {
        for person in &mut people {
            let status = person.get(page).await.status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
        }
    }

    let mut wrong = Vec::new();
    for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, line) = match line.strip_prefix("GET ") {
            Some(rest) => ("GET", rest),
            None => ("POST", line),
        };
        let mut words = line.split_whitespace();
        let (function, arguments) = (words.next().unwrap(), words.next().unwrap());
        let arguments = arguments
            .trim_start_matches('-')
            .replace("OFFERING", &offering)
            .replace("REGISTRATION", &registration)
            .replace("ORDERED", &ordered)
            .replace("NOBODY", "99999999-9999-9999-9999-999999999999");
        let expected: Vec<&str> = words.collect();
        assert_eq!(expected.len(), people.len(), "{function}");
        for (person, expected) in people.iter_mut().zip(expected) {
            let status = call(person, method, function, &arguments).await;
            if status.as_str() != expected {
                wrong.push(format!("{function} {arguments}: {status}, not {expected}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    // Nothing of the other person has changed.
    let untouched = "select count(*) from registrations r, orders o
        where r.email = 'asha@example.org' and r.status = 'accepted' and r.paid_at is null and o.status = 'open'";
    assert_eq!(site.test.count(untouched).await, 1);
}

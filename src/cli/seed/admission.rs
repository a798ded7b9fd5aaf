//! Fills the admission of the demo course: a cohort with applications to decide, a workshop that is
//! full, with a waitlist, and a day with a coach that has a price and orders.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::admission::orders::server::codes::{self, DiscountRow};
use crate::admission::orders::server::store::{self, NewBuyer, NewSeat, Receipt};
use crate::admission::orders::{DiscountKind, OrderStatus, PaymentMethod};
use crate::admission::server::answers::ApplicationAnswers;
use crate::admission::server::desk;
use crate::admission::server::offerings::{self, AssessmentQuestionRow, OfferingRow};
use crate::admission::{AskedQuestion, RegistrationStatus};
use crate::certificate::ProgramType;
use crate::enrollment::server::store as studying;
use crate::platform::db::Conn;
use crate::platform::db::schema::{cohorts, registrations};
use crate::platform::error::AppResult;
use crate::platform::ids::{
    AssessmentQuestionId, CohortId, CourseId, DiscountId, OrderId, RegistrationId,
};

const COURSE: &str = "how-to-trust-a-number";

const WHY: &str =
    "Which decision in your life or work would go better if you trusted the right numbers?";
const HOURS: &str = "How many hours a week can you give this?";
const DOUBT: &str = "Tell us about a number that you stopped believing, and why.";

struct DemoApplicant {
    name: &'static str,
    email: &'static str,
    about: &'static str,
    hours_ago: i64,
    why: &'static str,
    hours: &'static str,
    doubt: &'static str,
}

const APPLICANTS: [DemoApplicant; 8] = [
    DemoApplicant {
        name: "Ingrid Solheim",
        email: "ingrid@applicants.example",
        about: "I run the night shift of a bakery with eleven people.",
        hours_ago: 4,
        why: "We throw away bread every day, and we run out of bread every day. Somebody told me that this is an average problem. I would like to know which average.",
        hours: "3 to 4",
        doubt: "“Customers prefer the new rye.” We asked forty people, on the morning on which the old rye was sold out.",
    },
    DemoApplicant {
        name: "Daniel Okafor",
        email: "daniel@applicants.example",
        about: "Physiotherapist, mostly knees.",
        hours_ago: 9,
        why: "My patients arrive when the pain is worst and are better two weeks later, whatever I do. I want to know how much of that is me.",
        hours: "5 or more",
        doubt: "My own success rate. I counted only those who came back to tell me.",
    },
    DemoApplicant {
        name: "Yuki Tanabe",
        email: "yuki@applicants.example",
        about: "",
        hours_ago: 20,
        why: "I am on the parents' council. The school says that marks went up by four percent. I would like to ask one good question at the meeting instead of ten angry ones.",
        hours: "3 to 4",
        doubt: "That four percent. The year before, the test had been moved to another month.",
    },
    DemoApplicant {
        name: "Lucía Ferrer",
        email: "lucia@applicants.example",
        about: "Local reporter. Deadline at six, every day.",
        hours_ago: 26,
        why: "I get three press releases a day with a percentage in the first line. I would like to find out in ten minutes whether there is a story in it.",
        hours: "1 to 2",
        doubt: "“Burglaries have doubled.” From two to four, in a town of nine thousand. I wrote it. I am still a little ashamed.",
    },
    DemoApplicant {
        name: "Tobias Lindner",
        email: "tobias@applicants.example",
        about: "Beekeeper with 30 hives; accountant for the other half of the week.",
        hours_ago: 31,
        why: "Whether to treat all hives against mites or only those that look weak. The treatment costs more than a weak hive.",
        hours: "5 or more",
        doubt: "A mite count from a single sample. I took a second one from the same hive and got half.",
    },
    DemoApplicant {
        name: "Amara Diallo",
        email: "amara@applicants.example",
        about: "Nurse, then ward manager, now I sit in meetings.",
        hours_ago: 50,
        why: "We are told that falls on our ward are above the average of the hospital. Half of all wards are. I want to explain that kindly and with figures.",
        hours: "3 to 4",
        doubt: "The table of the ten best hospitals. Nearly all of them are tiny.",
    },
    DemoApplicant {
        name: "Piotr Zieliński",
        email: "piotr@applicants.example",
        about: "I build fences.",
        hours_ago: 74,
        why: "Every quote I write is a guess about how long the ground will take. I keep notes since 2019 and never looked at them.",
        hours: "1 to 2",
        doubt: "“Most jobs take two days.” Most do. The others take nine.",
    },
    DemoApplicant {
        name: "Hana Svobodová",
        email: "hana@applicants.example",
        about: "Second year of pharmacy, and I like to be corrected.",
        hours_ago: 98,
        why: "I read that a drug halves the risk and nobody says of what. I would like to be the person in the room who asks.",
        hours: "5 or more",
        doubt: "My step counter. It counted 900 steps while I was knitting.",
    },
];

/// Participants of the workshop, in the order in which they came. There are four seats.
const WORKSHOP: [(&str, &str); 9] = [
    ("Marta Keller", "marta@applicants.example"),
    ("Jonah Weiss", "jonah@applicants.example"),
    ("Fatima Rahman", "fatima@applicants.example"),
    ("Oliver Grant", "oliver@applicants.example"),
    ("Chiara Russo", "chiara@applicants.example"),
    ("Samuel Adeyemi", "samuel@applicants.example"),
    ("Mina Park", "mina@applicants.example"),
    ("Élodie Martin", "elodie@applicants.example"),
    ("Viktor Horváth", "viktor@applicants.example"),
];
const WORKSHOP_SEATS: i32 = 4;

/// Adds the offerings with their applications, unless the course has offerings.
pub async fn admit(conn: &mut Conn) -> AppResult<()> {
    let Some(course) = studying::course_id(conn, COURSE).await? else {
        return Ok(());
    };
    if !offerings::all_of_course(conn, course).await?.is_empty() {
        return Ok(());
    }
    let now = Utc::now();
    let cohort = evening_cohort(conn, course, now).await?;
    let questions = questions(conn, &cohort).await?;
    for applicant in &APPLICANTS {
        apply(conn, &cohort, &questions, applicant, now).await?;
    }
    workshop(conn, course, now).await?;
    coaching(conn, course, now).await
}

async fn evening_cohort(
    conn: &mut Conn,
    course: CourseId,
    now: DateTime<Utc>,
) -> AppResult<OfferingRow> {
    let first = now.date_naive() + Duration::days(28);
    let last = first + Duration::days(41);
    let title = "Evening cohort";
    let cohort: CohortId = diesel::insert_into(cohorts::table)
        .values((
            cohorts::course_id.eq(course),
            cohorts::title.eq(title),
            cohorts::start_date.eq(first),
            cohorts::end_date.eq(last),
            cohorts::starts_at.eq(now),
        ))
        .returning(cohorts::cohort_id)
        .get_result(conn)
        .await?;
    let offering = OfferingRow {
        title: title.to_owned(),
        description: "Six weeks with twelve people: you read in your own time, answer before you see the others' answers, and meet \
                      Meera on Thursday evenings."
            .to_owned(),
        program_type: ProgramType::Cohort,
        cohort_id: Some(cohort),
        starts_on: Some(first),
        ends_on: Some(last),
        applications_close_at: Some(now + Duration::days(20)),
        capacity: Some(12),
        needs_review: true,
        enrollment_code: "EVENINGS".to_owned(),
        ..desk::blank(course)
    };
    offerings::create(conn, &offering).await?;
    Ok(offering)
}

/// Adds the questions of the offering, and returns them as they are asked.
async fn questions(conn: &mut Conn, offering: &OfferingRow) -> AppResult<Vec<AskedQuestion>> {
    let hours = ["1 to 2", "3 to 4", "5 or more"];
    let asked: [(&str, &[&str], bool); 3] =
        [(WHY, &[], true), (HOURS, &hours, true), (DOUBT, &[], false)];
    for (place, (prompt, options, is_required)) in (0..).zip(asked) {
        let row = AssessmentQuestionRow {
            question_id: AssessmentQuestionId(uuid::Uuid::new_v4()),
            program_type: None,
            offering_id: Some(offering.offering_id),
            prompt: prompt.to_owned(),
            options: options
                .iter()
                .map(|&option| Some(option.to_owned()))
                .collect(),
            display_order: place,
            is_required,
        };
        offerings::add_question(conn, &row).await?;
    }
    Ok(offerings::questions(conn, offering.offering_id, offering.program_type).await?)
}

async fn apply(
    conn: &mut Conn,
    offering: &OfferingRow,
    questions: &[AskedQuestion],
    applicant: &DemoApplicant,
    now: DateTime<Utc>,
) -> AppResult<()> {
    let answer = |prompt: &str| match prompt {
        WHY => applicant.why,
        HOURS => applicant.hours,
        _ => applicant.doubt,
    };
    let answers = questions
        .iter()
        .map(|question| AskedQuestion {
            answer: answer(&question.prompt).to_owned(),
            ..question.clone()
        })
        .collect();
    let sheet = ApplicationAnswers {
        version: 1,
        answers,
    };
    diesel::insert_into(registrations::table)
        .values((
            registrations::offering_id.eq(offering.offering_id),
            registrations::email.eq(applicant.email),
            registrations::name.eq(applicant.name),
            registrations::about.eq(applicant.about),
            registrations::answers_json.eq(sheet.to_json()),
            registrations::stage.eq("review"),
            registrations::status.eq(RegistrationStatus::Submitted),
            registrations::confirmed_at.eq(now),
            registrations::submitted_at.eq(now - Duration::hours(applicant.hours_ago)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn workshop(conn: &mut Conn, course: CourseId, now: DateTime<Utc>) -> AppResult<()> {
    let day: NaiveDate = now.date_naive() + Duration::days(16);
    let offering = OfferingRow {
        title: "One Saturday with your own numbers".to_owned(),
        description:
            "Bring a number that matters to you. By the evening you know how far it can be trusted."
                .to_owned(),
        program_type: ProgramType::Workshop,
        starts_on: Some(day),
        ends_on: Some(day),
        capacity: Some(WORKSHOP_SEATS),
        needs_review: false,
        enrollment_code: "SATURDAY".to_owned(),
        ..desk::blank(course)
    };
    offerings::create(conn, &offering).await?;
    for (place, (name, email)) in (0..).zip(WORKSHOP) {
        let at = now - Duration::hours(200 - 11 * i64::from(place));
        let has_seat = place < WORKSHOP_SEATS;
        let status = match has_seat {
            true => RegistrationStatus::Accepted,
            false => RegistrationStatus::Waitlisted,
        };
        diesel::insert_into(registrations::table)
            .values((
                registrations::offering_id.eq(offering.offering_id),
                registrations::email.eq(email),
                registrations::name.eq(name),
                registrations::stage.eq("review"),
                registrations::status.eq(status),
                registrations::confirmed_at.eq(at),
                registrations::submitted_at.eq(at),
                registrations::waitlisted_at.eq((!has_seat).then_some(at)),
                registrations::admitted_at.eq(has_seat.then_some(at)),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// A person who ordered the day with a coach, in cents.
struct DemoOrder {
    name: &'static str,
    email: &'static str,
    discount: i32,
    paid: i64,
    refunded: i64,
}

impl DemoOrder {
    const fn paid(name: &'static str, email: &'static str, paid: i64) -> Self {
        Self {
            name,
            email,
            discount: 0,
            paid,
            refunded: 0,
        }
    }
}

const ORDERS: [DemoOrder; 6] = [
    DemoOrder::paid("Nora Lindqvist", "nora@applicants.example", 12_000),
    DemoOrder::paid("Hassan El Amrani", "hassan@applicants.example", 12_000),
    DemoOrder::paid("Beatriz Moura", "beatriz@applicants.example", 6_000),
    DemoOrder::paid("Caspar de Wit", "caspar@applicants.example", 0),
    DemoOrder {
        discount: 3_000,
        ..DemoOrder::paid("Ifeoma Obi", "ifeoma@applicants.example", 9_000)
    },
    DemoOrder {
        refunded: 12_000,
        ..DemoOrder::paid("Jonas Weber", "jonas@applicants.example", 12_000)
    },
];

/// Adds an offering with a price. Some of its orders are paid, one of them with a discount, one in
/// part, and one is paid back.
async fn coaching(conn: &mut Conn, course: CourseId, now: DateTime<Utc>) -> AppResult<()> {
    let day = now.date_naive() + Duration::days(60);
    let offering = OfferingRow {
        title: "A day with a coach".to_owned(),
        description: "Two coaches, twenty people, and the one decision that you have put off because the numbers did not agree."
            .to_owned(),
        program_type: ProgramType::Workshop,
        price_cents: 12_000,
        starts_on: Some(day),
        ends_on: Some(day),
        needs_review: false,
        enrollment_code: "COACHING".to_owned(),
        ..desk::blank(course)
    };
    offerings::create(conn, &offering).await?;
    let words = "Transfer the amount within 14 days to IBAN DE00 0000 0000 0000 0000 00 (Lyceum Demo). Your seat is kept until then.";
    store::set_instructions(conn, words).await?;
    let discount = DiscountRow {
        code_id: DiscountId(uuid::Uuid::new_v4()),
        code: "EARLYBIRD".to_owned(),
        kind: DiscountKind::Percent.name().to_owned(),
        value: 25,
        currency: None,
        offering_id: Some(offering.offering_id),
        valid_until: None,
        max_uses: None,
        uses: 1,
        is_active: true,
    };
    codes::create(conn, &discount).await?;
    let title = offerings::names(conn, course).await?.title;
    let term = now + Duration::days(offering.payment_days.into());
    for ordered in ORDERS {
        let DemoOrder { name, email, .. } = ordered;
        let is_covered = ordered.paid >= i64::from(offering.price_cents - ordered.discount);
        // Money that was paid back leaves no seat.
        let is_paid = is_covered && ordered.refunded == 0;
        let status = match ordered.refunded {
            0 => RegistrationStatus::Accepted,
            _ => RegistrationStatus::Withdrawn,
        };
        let registration: RegistrationId = diesel::insert_into(registrations::table)
            .values((
                registrations::offering_id.eq(offering.offering_id),
                registrations::email.eq(email),
                registrations::name.eq(name),
                registrations::stage.eq("review"),
                registrations::status.eq(status),
                registrations::confirmed_at.eq(now),
                registrations::submitted_at.eq(now),
                registrations::paid_at.eq(is_paid.then_some(now)),
                registrations::admitted_at.eq(is_paid.then_some(now)),
                registrations::pay_until.eq((!is_covered).then_some(term)),
            ))
            .returning(registrations::registration_id)
            .get_result(conn)
            .await?;
        let buyer = NewBuyer {
            user: None,
            name,
            email,
            address: "",
            code: (ordered.discount > 0).then_some(discount.code_id),
        };
        let order = store::create(conn, buyer, &offering.currency).await?;
        let seat = NewSeat {
            offering: offering.offering_id,
            registration,
            title: format!("{title} – {}", offering.title),
            price_cents: offering.price_cents,
            discount_cents: ordered.discount,
        };
        store::add_seat(conn, order, &seat).await?;
        for (cents, is_refund) in [(ordered.paid, false), (ordered.refunded, true)] {
            if cents > 0 {
                let receipt = Receipt {
                    cents,
                    method: PaymentMethod::BankTransfer,
                    reference: format!("Coaching {name}"),
                    by: None,
                    undo_until: None,
                };
                store::record(conn, order, &receipt, is_refund).await?;
            }
        }
        if is_covered {
            store::set_status(conn, order, OrderStatus::Paid, now).await?;
        }
        if ordered.refunded > 0 {
            give_up_seat(conn, order, now).await?;
        }
    }
    Ok(())
}

/// Ends an order that was paid back.
async fn give_up_seat(conn: &mut Conn, order: OrderId, now: DateTime<Utc>) -> AppResult<()> {
    for line in store::lines(conn, order).await? {
        store::let_go(conn, line.line_id).await?;
    }
    store::set_status(conn, order, OrderStatus::Refunded, now).await?;
    Ok(())
}

//! Pages of the tutor's actions for a learner. Each explains its effect and asks for a reason.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::gradebook::api::{
    AllowMore, EndExamExcuse, EndExcuse, ExcuseExam, ExcuseQuiz, ResetExam, ResetQuiz, UnlockModule,
};
use crate::gradebook::{ExamCard, LearnerPage, learner_path};
use crate::platform::address;
use crate::platform::ids::{ExamId, QuizNumber};
use crate::platform::ui::{Button, ButtonKind, Checkbox, Erase, Field, Form, FormState, TextArea};
use crate::teaching::REASON_CHARACTERS;

/// Action that a page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    Reset(QuizNumber),
    Excuse(QuizNumber),
    EndExcuse(QuizNumber),
    /// Unlocks one module, or all.
    Unlock(Option<i32>),
    Allow,
    ResetExam(ExamId),
    ExcuseExam(ExamId),
    EndExamExcuse(ExamId),
}

impl ActionKind {
    pub fn parse(name: &str, module: &str, section: &str, exam: &str) -> Option<Self> {
        let exam = exam.parse().ok().map(ExamId);
        let module = module.parse().ok();
        let quiz = module.zip(section.parse().ok()).map(QuizNumber::from);
        match name {
            "reset" => quiz.map(Self::Reset),
            "excuse" => quiz.map(Self::Excuse),
            "end-excuse" => quiz.map(Self::EndExcuse),
            "unlock" => Some(Self::Unlock(module)),
            "allow" => Some(Self::Allow),
            "reset-exam" => exam.map(Self::ResetExam),
            "excuse-exam" => exam.map(Self::ExcuseExam),
            "end-exam-excuse" => exam.map(Self::EndExamExcuse),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Reset(_) => "reset",
            Self::Excuse(_) => "excuse",
            Self::EndExcuse(_) => "end-excuse",
            Self::Unlock(_) => "unlock",
            Self::Allow => "allow",
            Self::ResetExam(_) => "reset-exam",
            Self::ExcuseExam(_) => "excuse-exam",
            Self::EndExamExcuse(_) => "end-exam-excuse",
        }
    }

    fn place(self) -> (Option<i32>, Option<i32>) {
        match self {
            Self::Reset(quiz) | Self::Excuse(quiz) | Self::EndExcuse(quiz) => {
                (Some(quiz.module_no), Some(quiz.section))
            }
            Self::Unlock(module) => (module, None),
            Self::Allow | Self::ResetExam(_) | Self::ExcuseExam(_) | Self::EndExamExcuse(_) => {
                (None, None)
            }
        }
    }

    fn exam(self) -> Option<ExamId> {
        match self {
            Self::ResetExam(exam) | Self::ExcuseExam(exam) | Self::EndExamExcuse(exam) => {
                Some(exam)
            }
            _ => None,
        }
    }

    pub fn path(self, course: &str, username: &str) -> String {
        let text = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
        let (module, section) = self.place();
        let exam = self.exam().map(|exam| exam.to_string());
        address::with_query(
            &learner_path(course, username),
            &[
                ("do", self.name()),
                ("module", &text(module)),
                ("pair", &text(section)),
                ("exam", &exam.unwrap_or_default()),
            ],
        )
    }

    /// Title of the page. `exam` is the title of the exam that the action is about, if any.
    fn title(self, exam: &str) -> String {
        match self {
            Self::Reset(quiz) => format!("Reset quiz {quiz}"),
            Self::Excuse(quiz) => format!("Excuse from quiz {quiz}"),
            Self::EndExcuse(quiz) => format!("End the excuse from quiz {quiz}"),
            Self::Unlock(Some(module)) => format!("Unlock module {module}"),
            Self::Unlock(None) => "Unlock all modules".to_owned(),
            Self::Allow => "Extra time or attempts".to_owned(),
            Self::ResetExam(_) => format!("Reset “{exam}”"),
            Self::ExcuseExam(_) => format!("Excuse from “{exam}”"),
            Self::EndExamExcuse(_) => format!("End the excuse from “{exam}”"),
        }
    }

    /// Explains the effect of the action.
    fn said(self) -> &'static str {
        match self {
            Self::Reset(_) => {
                "The learner starts over. Earlier attempts stay in the history but no longer count, and an attempt in progress ends now. Everything that is unlocked stays unlocked."
            }
            Self::Excuse(_) => {
                "The quiz counts as passed and unlocks everything that a pass unlocks. You can end the excuse later."
            }
            Self::EndExcuse(_) => {
                "The learner needs to pass the quiz like any other. Modules that are unlocked stay unlocked."
            }
            Self::Unlock(_) => {
                "This unlocks immediately, whatever has been passed. Quizzes inside still unlock their sections."
            }
            Self::Allow => {
                "This applies to every quiz of the course, starting with the next attempt."
            }
            Self::ResetExam(_) => {
                "Earlier sittings stay on record but no longer count, and a sitting in progress ends now. The learner has all sittings again while the exam is open."
            }
            Self::ExcuseExam(_) => {
                "The learner doesn't need to take the exam and is told so, but still may. You can end the excuse later."
            }
            Self::EndExamExcuse(_) => "The learner needs to take the exam like any other.",
        }
    }
}

#[derive(Clone, Copy)]
pub struct ActionForms {
    reset: FormState,
    excuse: FormState,
    end_excuse: FormState,
    unlock: FormState,
    allow: FormState,
    reset_exam: FormState,
    excuse_exam: FormState,
    end_exam_excuse: FormState,
}

impl ActionForms {
    pub fn new() -> Self {
        Self {
            reset: FormState::of(ResetQuiz::PATH),
            excuse: FormState::of(ExcuseQuiz::PATH),
            end_excuse: FormState::of(EndExcuse::PATH),
            unlock: FormState::of(UnlockModule::PATH),
            allow: FormState::of(AllowMore::PATH),
            reset_exam: FormState::of(ResetExam::PATH),
            excuse_exam: FormState::of(ExcuseExam::PATH),
            end_exam_excuse: FormState::of(EndExamExcuse::PATH),
        }
    }

    fn of(self, action: ActionKind) -> FormState {
        match action {
            ActionKind::Reset(_) => self.reset,
            ActionKind::Excuse(_) => self.excuse,
            ActionKind::EndExcuse(_) => self.end_excuse,
            ActionKind::Unlock(_) => self.unlock,
            ActionKind::Allow => self.allow,
            ActionKind::ResetExam(_) => self.reset_exam,
            ActionKind::ExcuseExam(_) => self.excuse_exam,
            ActionKind::EndExamExcuse(_) => self.end_exam_excuse,
        }
    }
}

pub fn form(action: ActionKind, page: &LearnerPage, forms: ActionForms) -> AnyView {
    let form = forms.of(action);
    let (module, section) = action.place();
    let hidden = |name: &'static str, number: Option<i32>| {
        number.map(|n| view! { <input type="hidden" name=name value=n.to_string() /> })
    };
    let kind = match action {
        ActionKind::Reset(_)
        | ActionKind::EndExcuse(_)
        | ActionKind::ResetExam(_)
        | ActionKind::EndExamExcuse(_) => ButtonKind::Danger,
        _ => ButtonKind::Primary,
    };
    let allowances = (action == ActionKind::Allow).then(|| allowances(page, form));
    let of_exam = |card: &&ExamCard| Some(card.exam_id) == action.exam();
    let title = action.title(
        page.exams
            .iter()
            .find(of_exam)
            .map_or("", |card| &card.title),
    );
    let exam = action
        .exam()
        .map(|exam| view! { <input type="hidden" name="exam" value=exam.to_string() /> });
    let back = learner_path(&page.course_slug, &page.username);
    let (course, learner) = (page.course_slug.clone(), page.user_id.to_string());
    view! {
        <section class="learner-action" aria-labelledby="ly-action">
            <h2 id="ly-action" tabindex="-1">{title.clone()}</h2>
            <p>{action.said()}</p>
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="learner" value=learner />
                {hidden("module_no", module)}
                {hidden("pair", section)}
                {exam}
                {allowances}
                <TextArea
                    name="reason"
                    label="Reason"
                    hint="Kept on record and sent to the learner."
                    required=true
                    max_length=REASON_CHARACTERS
                    value=form.value("reason", "")
                    error=form.error("reason")
                />
                <div class="form-foot">
                    <Button kind=kind busy=form.busy()>
                        {title}
                    </Button>
                    <Button kind=ButtonKind::Quiet href=back>
                        "Cancel"
                    </Button>
                </div>
            </Form>
        </section>
    }
    .erase()
}

fn allowances(page: &LearnerPage, form: FormState) -> AnyView {
    view! {
        <Field
            name="extra_time_percent"
            label="Extra time (%)"
            r#type="number"
            required=true
            value=form.value("extra_time_percent", &page.extra_time_percent.to_string())
            error=form.error("extra_time_percent")
        />
        <Field
            name="extra_attempts"
            label="Extra attempts per quiz"
            r#type="number"
            required=true
            hint="Applies if the course limits attempts."
            value=form.value("extra_attempts", &page.extra_attempts.to_string())
            error=form.error("extra_attempts")
        />
        <Checkbox
            name="running"
            label="Apply to an attempt in progress"
            hint="The learner’s page shows the new time with the next answer, or at the latest when the old time is up."
        />
    }
    .erase()
}

//! Newtypes for identifiers, so that two UUIDs cannot be swapped.

/// Declares an identifier type: a newtype around a UUID in the browser and on the server, and a
/// `uuid` column in the database.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ssr", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "ssr", diesel(sql_type = diesel::sql_types::Uuid))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        #[cfg(feature = "ssr")]
        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }

        #[cfg(feature = "ssr")]
        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                diesel::deserialize::FromSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::from_sql(bytes).map(Self)
            }
        }
    )+};
}

/// The number of a quiz within its course, such as 1.2.
///
/// In JSON it is a list of two numbers: so it stands in the audit log and in background jobs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(from = "(i32, i32)", into = "(i32, i32)")]
pub struct QuizNumber {
    pub module_no: i32,
    /// Number of the section within its module, from 1.
    pub section: i32,
}

impl QuizNumber {
    pub const fn new(module_no: i32, section: i32) -> Self {
        Self { module_no, section }
    }
}

impl From<(i32, i32)> for QuizNumber {
    fn from((module_no, section): (i32, i32)) -> Self {
        Self { module_no, section }
    }
}

impl From<QuizNumber> for (i32, i32) {
    fn from(number: QuizNumber) -> Self {
        (number.module_no, number.section)
    }
}

impl std::fmt::Display for QuizNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.module_no, self.section)
    }
}

id!(
    OrganizationId,
    UserId,
    SignUpId,
    CourseId,
    TopicId,
    FileId,
    QuestionId,
    ImportId,
    AttemptId,
    ExamId,
    SittingId,
    ExamAttemptId,
    ExerciseId,
    /// Column of the gradebook that tutors fill in.
    GradeColumnId,
    /// Work of one learner on one exercise.
    ExerciseWorkId,
    SubmissionId,
    WorkFileId,
    MarkingCommentId,
    PeerReviewId,
    /// Filters of the list of people under a name.
    PeopleViewId,
    /// Filters of a course's roster under a name.
    RosterViewId,
    RegradingId,
    CohortId,
    MemberId,
    OfferingId,
    RegistrationId,
    /// A decision about several applications at once.
    DecisionAct,
    AssessmentQuestionId,
    OrderId,
    /// Money that was received for an order or paid back.
    OrderPaymentId,
    CardPaymentId,
    CardRefundId,
    DiscountId,
    ListId,
    AnnouncementId,
    WorkId,
    LiveSessionId,
    SeriesId,
    CohortMessageId,
    PromptId,
    MessageId,
    ActionId,
    TutorId,
    JobId,
    InvitationId,
    InvitationListId,
    TutorApplicationId,
    MailId,
    /// Conversation of one learner with the AI tutor about a topic.
    ChatSessionId,
    ChatMessageId,
    /// Question that a learner handed to the tutors of the course.
    TutorRequestId,
    SuggestionId,
    /// Comment of a tutor on a topic's draft.
    DraftCommentId,
    /// Material of a learner's study library.
    MaterialId,
    /// Card of a learner's study library.
    CardId,
    /// Review of a card.
    InteractionId,
    /// A document that was taken in.
    DocumentId,
    /// A small unit that was made of a document.
    NuggetId,
    IngestionJobId,
    /// Person as a learner of concepts.
    LearnerId,
    /// Evidence about a learner and a concept.
    ProgressId,
    /// Path through nuggets.
    PathId,
    /// Part of a path.
    NodeId,
    /// Walk of a learner on a path.
    PathSessionId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiz_number_is_a_list_in_json_and_has_a_dot_in_texts() {
        let number = QuizNumber::new(1, 2);
        assert_eq!(number.to_string(), "1.2");
        assert_eq!(serde_json::to_string(&number).unwrap(), "[1,2]");
        assert_eq!(serde_json::from_str::<QuizNumber>("[1,2]").unwrap(), number);
    }
}

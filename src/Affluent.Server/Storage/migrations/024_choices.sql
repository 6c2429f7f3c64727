{allow questions.kind QuestionKind};

{allow questions.kind QuestionKind};
{allow channels.reason ChannelReason};

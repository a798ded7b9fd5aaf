drop index cp_rag_chat_messages_unwritten;
alter table cp_rag_chat_messages
    drop column costs_question,
    drop column note,
    drop column prompt_version,
    drop column model,
    drop column sentences;
drop table ai_usage;

drop table module_prompt_usage;
drop table cp_rag_chat_messages;
drop table cp_rag_chat_sessions;

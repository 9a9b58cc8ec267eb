"""应急管理执法知识库: cited answers over Chinese work-safety law and government reports."""

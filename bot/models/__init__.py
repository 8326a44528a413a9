"""Where answers come from: any server that speaks the OpenAI API, and the built-in demo."""

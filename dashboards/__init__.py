"""The indicator viewer, a Streamlit application."""

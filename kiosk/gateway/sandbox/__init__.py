"""The sandbox: a platform of invented citizens that speaks the whole contract. It is no government system."""

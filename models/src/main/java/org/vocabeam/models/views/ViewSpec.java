package org.vocabeam.models.views;

public record ViewSpec(String name, int size, int count) {}

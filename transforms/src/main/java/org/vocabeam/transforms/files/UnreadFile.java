package org.vocabeam.transforms.files;

/**
 * File or folder of an input that is not read.
 *
 * @param name relative to the input, with {@code /}
 */
public record UnreadFile(String name, Unread reason) {}

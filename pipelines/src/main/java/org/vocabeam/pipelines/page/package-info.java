/**
 * Pages: single HTML files that fetch nothing, made of a Mustache template, a style sheet that all
 * have, and pictures as data URIs.
 */
package org.vocabeam.pipelines.page;

"""The few sentences of the sign-in pages, in the languages of the agent's page."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import HTTPConnection

_EN: Final = {
    "title": "Sign in",
    "choose": "With what do you sign in?",
    "choose_person": "Who are you in this demo?",
    "none": "No way to sign in is set up. Whoever runs this service adds one under [[sign_in]].",
    "done_title": "Signed in",
    "done": "You are signed in. This window can be closed.",
    "refused_title": "Not signed in",
    "state": "This sign-in was begun elsewhere, or too long ago. Go back to the page and sign in again.",
    "cancelled": "The sign-in was cancelled. Go back to the page to try again.",
    "refused": "The sign-in could not be verified, so nobody is signed in. Try again; if it stays so, tell "
    "whoever runs this service.",
    "down": "The sign-in service does not answer as it should. Try again in a moment.",
    "unknown": "You have signed in, but your account is nobody's here, so there is nothing to show. Give "
    "this to whoever runs the service, who can add you:",
    "nothing": "You are signed in, but this page is not for you.",
    "bad": "This address is incomplete. Go back to the page and sign in from there.",
    "demo": "This is a demo: anybody on this machine can sign in as anybody.",
}
_ES: Final = {
    "title": "Iniciar sesión",
    "choose": "¿Con qué inicia sesión?",
    "choose_person": "¿Quién es usted en esta demostración?",
    "none": "No hay ninguna forma de iniciar sesión. Quien gestiona este servicio la añade en [[sign_in]].",
    "done_title": "Sesión iniciada",
    "done": "Ha iniciado sesión. Puede cerrar esta ventana.",
    "refused_title": "Sesión no iniciada",
    "state": "Este inicio de sesión empezó en otro sitio o hace demasiado tiempo. Vuelva a la página e "
    "inicie sesión de nuevo.",
    "cancelled": "El inicio de sesión se canceló. Vuelva a la página para intentarlo otra vez.",
    "refused": "No se pudo verificar el inicio de sesión, así que nadie ha entrado. Inténtelo de nuevo; si "
    "sigue igual, avise a quien gestiona este servicio.",
    "down": "El servicio de inicio de sesión no responde como debería. Inténtelo de nuevo en un momento.",
    "unknown": "Ha iniciado sesión, pero aquí su cuenta no es de nadie, así que no hay nada que mostrar. Dé "
    "esto a quien gestiona el servicio, que puede añadirle:",
    "nothing": "Ha iniciado sesión, pero esta página no es para usted.",
    "bad": "Esta dirección está incompleta. Vuelva a la página e inicie sesión desde allí.",
    "demo": "Esto es una demostración: en este equipo cualquiera puede entrar como cualquiera.",
}
_FR: Final = {
    "title": "Se connecter",
    "choose": "Avec quoi vous connectez-vous ?",
    "choose_person": "Qui êtes-vous dans cette démonstration ?",
    "none": "Aucun moyen de se connecter n'est configuré. La personne qui gère ce service en ajoute un sous "
    "[[sign_in]].",
    "done_title": "Connecté",
    "done": "Vous êtes connecté. Cette fenêtre peut être fermée.",
    "refused_title": "Non connecté",
    "state": "Cette connexion a commencé ailleurs ou il y a trop longtemps. Revenez à la page et "
    "reconnectez-vous.",
    "cancelled": "La connexion a été annulée. Revenez à la page pour réessayer.",
    "refused": "La connexion n'a pas pu être vérifiée : personne n'est connecté. Réessayez ; si cela "
    "persiste, prévenez la personne qui gère ce service.",
    "down": "Le service de connexion ne répond pas comme il le devrait. Réessayez dans un instant.",
    "unknown": "Vous êtes connecté, mais votre compte n'est ici celui de personne : il n'y a rien à montrer. "
    "Donnez ceci à la personne qui gère le service, qui peut vous ajouter :",
    "nothing": "Vous êtes connecté, mais cette page n'est pas pour vous.",
    "bad": "Cette adresse est incomplète. Revenez à la page et connectez-vous à partir de là.",
    "demo": "Ceci est une démonstration : sur cette machine, n'importe qui peut se connecter comme "
    "n'importe qui.",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "es": _ES, "fr": _FR}


def language_of(connection: HTTPConnection) -> str:
    """The first language of the browser that we speak; English else."""
    asked = connection.headers.get("accept-language", "")[:200]
    wanted = (part.partition(";")[0].strip().lower()[:2] for part in asked.split(","))
    return next((one for one in wanted if one in WORDS), "en")

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
    "teams_none": "Signing in with Teams is not set up here. Whoever runs this service adds it under "
    "[[sign_in]].",
    "teams_bad": "The page has sent something that cannot be read: load it again.",
    "teams_expired": "What Teams says of you is out of date. Load the page again; if it stays so, sign "
    "out of Teams and in again.",
    "teams_tenant": "You are signed in to Teams with an organisation that does not use this service. "
    "Switch to the one you work for, and open the page again.",
    "teams_app": "Teams has signed you in to another app than this one. Open the page from the app that "
    "your organisation installed; if it stays so, tell whoever runs this service.",
    "teams_refused": "What Teams says of you could not be verified, so nobody is signed in. Load the page "
    "again; if it stays so, tell whoever runs this service.",
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
    "teams_none": "Aquí no se puede iniciar sesión con Teams. Quien gestiona este servicio lo añade en "
    "[[sign_in]].",
    "teams_bad": "La página ha enviado algo que no se puede leer: cárguela de nuevo.",
    "teams_expired": "Lo que Teams dice de usted ha caducado. Cargue la página de nuevo; si sigue igual, "
    "cierre la sesión de Teams y vuelva a iniciarla.",
    "teams_tenant": "Ha iniciado sesión en Teams con una organización que no usa este servicio. Cambie a "
    "la organización para la que trabaja y abra la página de nuevo.",
    "teams_app": "Teams le ha identificado para otra aplicación. Abra la página desde la aplicación que "
    "instaló su organización; si sigue igual, avise a quien gestiona este servicio.",
    "teams_refused": "No se pudo verificar lo que Teams dice de usted, así que nadie ha entrado. Cargue "
    "la página de nuevo; si sigue igual, avise a quien gestiona este servicio.",
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
    "teams_none": "La connexion avec Teams n'est pas configurée ici. La personne qui gère ce service "
    "l'ajoute sous [[sign_in]].",
    "teams_bad": "La page a envoyé quelque chose d'illisible : rechargez-la.",
    "teams_expired": "Ce que Teams dit de vous n'est plus valable. Rechargez la page ; si cela persiste, "
    "déconnectez-vous de Teams et reconnectez-vous.",
    "teams_tenant": "Vous êtes connecté à Teams avec une organisation qui n'utilise pas ce service. "
    "Passez à celle pour laquelle vous travaillez et rouvrez la page.",
    "teams_app": "Teams vous a connecté à une autre application. Ouvrez la page depuis l'application que "
    "votre organisation a installée ; si cela persiste, prévenez la personne qui gère ce service.",
    "teams_refused": "Ce que Teams dit de vous n'a pas pu être vérifié : personne n'est connecté. "
    "Rechargez la page ; si cela persiste, prévenez la personne qui gère ce service.",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": _EN, "es": _ES, "fr": _FR}


def language_of(connection: HTTPConnection) -> str:
    """The first language of the browser that we speak; English else."""
    asked = connection.headers.get("accept-language", "")[:200]
    wanted = (part.partition(";")[0].strip().lower()[:2] for part in asked.split(","))
    return next((one for one in wanted if one in WORDS), "en")
